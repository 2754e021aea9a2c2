//! Laws of the source tree itself: its prose, its widths, its files and how they depend on each other. They read the
//! files as text, take a second, and fail with the place that broke the law.

mod api;
mod children;
mod circles;
mod commands;
mod files;
mod forms;
mod markdown;
mod paths;
mod prose;
mod rust;
mod source;
mod twins;
mod width;
