//! One module a format. They are listed in [`crate::format::FORMATS`] and [`crate::writer::WRITABLE_FORMATS`].

pub mod activity_csv;
pub mod activity_jsonl;
mod activity_text;
pub mod nmt;
pub mod scale_sim;
pub mod scale_sim_v1;
