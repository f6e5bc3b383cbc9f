//! What a report says in words: warnings, and what was chosen where there was a choice.

use trace_formats::NoteKind;

use crate::activity::ActivitySummary;
use crate::chip::pat::{Pat, Placement};
use crate::units::Hertz;

use super::binding::{Binding, Resolution};
use super::options::PricingOptions;

/// Warnings and assumptions, the trace's first.
pub(super) struct Remarks {
    pub warnings: Vec<String>,
    pub assumptions: Vec<String>,
}

impl Remarks {
    pub(super) fn new(
        summary: &ActivitySummary,
        pat: &Pat,
        binding: &Binding,
        clock: Hertz,
        options: &PricingOptions,
    ) -> Remarks {
        let notes = |kind| summary.notes.iter().filter(move |note| note.kind == kind);
        let mut remarks = Remarks {
            warnings: notes(NoteKind::Warning).map(|note| note.text.clone()).collect(),
            assumptions: notes(NoteKind::Assumption).map(|note| note.text.clone()).collect(),
        };
        remarks.clock(summary, pat, clock);
        remarks.binding(summary, binding, options.warn_of_unbound);
        remarks.model(pat, options);
        if summary.span.start >= summary.span.end {
            remarks.warnings.push("the run covers no cycle: it has no power".to_owned());
        }
        remarks
    }

    fn clock(&mut self, summary: &ActivitySummary, pat: &Pat, used: Hertz) {
        let chip = pat.clock.value;
        if summary.trace_clock_hz.is_none() {
            self.assumptions.push(format!("the trace names no clock: its cycles last as long as at {used}"));
        }
        if used != chip {
            self.warnings.push(format!(
                "cycles are timed at {} Hz, but the chip {} runs at {} Hz: clock power is scaled with the \
                 frequency, energies and leakage stay, TDP is that of the chip's clock",
                used.0, pat.name, chip.0
            ));
        }
        if let Some(trace) = summary.trace_clock_hz.filter(|trace| *trace != used.0) {
            self.warnings.push(format!("the trace's own clock of {trace} Hz is not used; {} Hz is", used.0));
        }
    }

    fn binding(&mut self, summary: &ActivitySummary, binding: &Binding, warn_of_unbound: bool) {
        self.assumptions.extend(binding.assumptions(summary.totals.keys()));
        for name in summary.totals.keys() {
            match binding.resolve(name) {
                Resolution::Bound(_) => {}
                Resolution::Ignored => {
                    self.assumptions.push(format!("{name} costs nothing: the binding ignores it"));
                }
                Resolution::Unbound(_) if !warn_of_unbound => {}
                Resolution::Unbound(why) => self.warnings.push(format!("{name} is not priced: {why}")),
            }
        }
        let names = summary.totals.keys().chain(summary.coverage.unbound.keys());
        self.warnings.extend(binding.unused_rules(names));
    }

    fn model(&mut self, pat: &Pat, options: &PricingOptions) {
        if let Some(temperature) = &pat.junction_temperature {
            self.assumptions.push(format!("leakage is that at {} throughout", temperature.value));
        }
        let gated = "a component's clock is gated as finely as its activity allows: an action keeps its share of \
                     the gateable clock running in proportion to its activity factor";
        if pat.components.iter().any(|c| c.clock_gated.value < c.clock_running.value) {
            self.assumptions.push(gated.to_owned());
        }
        if pat.components.iter().any(|component| component.placement == Placement::System) {
            self.assumptions.push(if options.include_system {
                "energy, power, peak and TDP include the components beside the chip, as asked for".to_owned()
            } else {
                "components beside the chip (DRAM) are outside of energy, power, peak and TDP".to_owned()
            });
        }
    }
}

/// How many inferences the run has: as asked for, else as the trace says, else as many as it marks.
pub(super) fn inferences(
    summary: &ActivitySummary,
    options: &PricingOptions,
    remarks: &mut Remarks,
) -> Option<u64> {
    let stated = options.inferences.or(summary.inferences);
    if stated.is_some() {
        return stated;
    }
    let marked = summary.regions.iter().filter(|region| region.kind == "inference").count() as u64;
    if marked > 0 {
        remarks.assumptions.push(format!("{marked} inference(s): the regions of that kind"));
        return Some(marked);
    }
    remarks.warnings.push(
        "the number of inferences is unknown, so there is no energy per inference; give --inferences N"
            .to_owned(),
    );
    None
}
