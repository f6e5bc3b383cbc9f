//! The picture in pixels: the SVG, drawn with fonts that are part of the program, so that it looks alike everywhere.

use std::io::Write;
use std::sync::Arc;

use anyhow::{Context, Result};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use crate::report::formats::{ReportFormat, Takes, at_end};

use super::svg;

/// Pixels for one of the SVG's: sharp on dense screens and in print.
const SCALE: f32 = 2.0;

/// The font is a light one, which a line around its letters makes as dark as others are, or bold.
const DARKER: &str =
    "text { stroke: #222222; stroke-width: 0.3px } text[font-weight=bold] { stroke-width: 0.9px }";

/// Power over time as pixels.
pub const FORMAT: ReportFormat = ReportFormat {
    name: "png",
    endings: &[".png"],
    summary: "the same picture in pixels",
    takes: Takes::Record,
    is_for_several: false,
    start: |output, _| {
        Ok(at_end(output, |run, output| Ok(output.write_all(&rasterise(&svg::of_run(run)?)?)?)))
    },
};

/// An SVG's pixels as PNG.
///
/// # Errors
/// What reading the SVG or encoding the pixels reports.
pub fn rasterise(svg: &[u8]) -> Result<Vec<u8>> {
    let tree = Tree::from_data(svg, &options()).context("cannot draw the picture")?;
    let size = tree.size().to_int_size().scale_by(SCALE).context("the picture has no size")?;
    let mut pixels = Pixmap::new(size.width(), size.height()).context("the picture has no size")?;
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut pixels.as_mut());
    pixels.encode_png().context("cannot encode the picture")
}

/// Words in the one proportional font that there is; what it lacks comes from the others.
fn options() -> Options<'static> {
    let mut fonts = fontdb::Database::new();
    for font in [
        epaint_default_fonts::UBUNTU_LIGHT,
        epaint_default_fonts::HACK_REGULAR,
        epaint_default_fonts::NOTO_EMOJI_REGULAR,
    ] {
        fonts.load_font_data(font.to_vec());
    }
    let family = fonts.faces().next().and_then(|face| face.families.first()).map(|(name, _)| name.clone());
    if let Some(family) = family {
        fonts.set_sans_serif_family(&family);
    }
    Options { fontdb: Arc::new(fonts), style_sheet: Some(DARKER.to_owned()), ..Options::default() }
}
