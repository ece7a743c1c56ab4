module oracle

go 1.25.0

require helm.sh/helm/v4 v4.3.0
