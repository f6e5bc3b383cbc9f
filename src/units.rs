//! Physical quantities as types, and the only place that prints SI prefixes.
