//! The order in which Helm installs kinds.

use thinlock_go::Str;

use crate::dialect::ManifestRules;

/// `InstallOrder`.
static INSTALL: [&str; 38] = [
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

/// How many of [`INSTALL`] are known where webhook configurations have no place of their own.
const WITHOUT_WEBHOOKS: usize = 36;

/// Where a kind comes: known ones by their place, then all others by name. Documents of one kind keep their order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KindOrder(usize, Str);

impl KindOrder {
    /// The place of a kind; matched by case, as Helm does.
    pub fn of(kind: &Str, rules: &ManifestRules) -> KindOrder {
        let known = if rules.webhook_configurations_ordered { &INSTALL[..] } else { &INSTALL[..WITHOUT_WEBHOOKS] };
        match known.iter().position(|k| k.as_bytes() == kind.as_bytes()) {
            Some(at) => KindOrder(at, Str::EMPTY),
            None => KindOrder(usize::MAX, kind.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::{HELM_3_22, HELM_4_1};

    #[test]
    fn unknown_kinds_come_last_by_name() {
        let mut kinds =
            ["Zzz", "ValidatingWebhookConfiguration", "Service", "", "Namespace", "Aaa", "APIService", "pod"];
        kinds.sort_by_cached_key(|k| KindOrder::of(&Str::from(*k), &HELM_4_1.manifests));
        assert_eq!(
            kinds,
            ["Namespace", "Service", "APIService", "ValidatingWebhookConfiguration", "", "Aaa", "Zzz", "pod"]
        );
        kinds.sort_by_cached_key(|k| KindOrder::of(&Str::from(*k), &HELM_3_22.manifests));
        assert_eq!(
            kinds,
            ["Namespace", "Service", "APIService", "", "Aaa", "ValidatingWebhookConfiguration", "Zzz", "pod"]
        );
    }
}
