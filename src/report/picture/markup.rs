//! Elements of SVG, written so that equal pictures have equal bytes.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};

use super::words;

/// An element and its attributes.
pub(super) struct Element(BytesStart<'static>);

impl Element {
    /// An element without attributes.
    pub fn new(name: &'static str) -> Element {
        Element(BytesStart::new(name))
    }

    /// With words.
    pub fn with(mut self, name: &str, words: &str) -> Element {
        self.0.push_attribute((name, words::clean(words).as_str()));
        self
    }

    /// With a length or a position in the picture.
    pub fn at(self, name: &str, position: f64) -> Element {
        self.with(name, &coordinate(position))
    }

    /// With a quantity as the JSON report has it.
    pub fn value(self, name: &str, value: f64) -> Element {
        self.with(name, &serde_json::Value::from(value).to_string())
    }
}

/// A position, to a hundredth: what nobody sees makes no difference.
pub(super) fn coordinate(position: f64) -> String {
    let text = format!("{:.2}", (position * 100.0).round() / 100.0 + 0.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Where elements are written.
pub(super) struct Markup<W: Write>(Writer<W>);

impl<W: Write> Markup<W> {
    /// Nothing yet.
    pub fn new(writer: W) -> Markup<W> {
        Markup(Writer::new_with_indent(writer, b' ', 1))
    }

    /// Starts an element that holds others.
    pub fn open(&mut self, element: Element) -> io::Result<()> {
        self.0.write_event(Event::Start(element.0))
    }

    /// Ends the element of that name that was opened last.
    pub fn close(&mut self, name: &str) -> io::Result<()> {
        self.0.write_event(Event::End(BytesEnd::new(name)))
    }

    /// An element that holds nothing.
    pub fn empty(&mut self, element: Element) -> io::Result<()> {
        self.0.write_event(Event::Empty(element.0))
    }

    /// An element that holds words.
    pub fn words(&mut self, element: Element, words: &str) -> io::Result<()> {
        let end = element.0.to_end().into_owned();
        self.0.write_event(Event::Start(element.0))?;
        self.0.write_event(Event::Text(BytesText::new(&words::clean(words))))?;
        self.0.write_event(Event::End(end))
    }

    /// Ends the document.
    pub fn finish(self) -> io::Result<()> {
        self.0.into_inner().write_all(b"\n")
    }
}
