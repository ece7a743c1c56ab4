//! Promotions by the real program on real repositories, checked by the real git.

mod broken;
mod codeai;
mod dialects;
mod examples;
mod interrupted;
mod layouts;
mod promote;
mod render;
mod site;
