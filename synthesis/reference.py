"""What the circuits should compute, in exact integers, and the operands that they are simulated with."""

import math
import random
import tomllib
from dataclasses import dataclass
from pathlib import Path


SEED = 20240131


@dataclass(frozen=True)
class Format:
    """A floating-point format as rtl/floating_point.v means it: no subnormals; E4M3 has no infinities."""

    exponent: int
    mantissa: int

    @property
    def infinities(self):
        return (self.exponent, self.mantissa) != (4, 3)

    @property
    def bits(self):
        return 1 + self.exponent + self.mantissa

    @property
    def bias(self):
        return (1 << (self.exponent - 1)) - 1

    def decode(self, word):
        """(kind, sign, significand, power of two); kinds are zero, number, infinity, nan."""
        fraction = word & ((1 << self.mantissa) - 1)
        exponent = (word >> self.mantissa) & ((1 << self.exponent) - 1)
        sign = word >> (self.bits - 1)
        ones = exponent == (1 << self.exponent) - 1
        if exponent == 0:
            return "zero", sign, 0, 0
        if ones and self.infinities:
            return ("nan" if fraction else "infinity"), sign, 0, 0
        if ones and fraction == (1 << self.mantissa) - 1:
            return "nan", sign, 0, 0
        return "number", sign, fraction | (1 << self.mantissa), exponent - self.bias - self.mantissa

    def special(self, sign, nan):
        top = ((1 << self.exponent) - 1) << self.mantissa
        fraction = 0 if self.infinities and not nan else (
            1 << (self.mantissa - 1) if self.infinities else (1 << self.mantissa) - 1)
        return sign << (self.bits - 1) | top | fraction

    def encode(self, sign, significand, power):
        """Rounds significand 2^power to nearest, ties to even; too small becomes zero."""
        excess = significand.bit_length() - 1 - self.mantissa
        if excess > 0:
            half, rest = 1 << (excess - 1), significand & ((1 << excess) - 1)
            significand >>= excess
            if rest > half or (rest == half and significand & 1):
                significand += 1
        else:
            significand <<= -excess
        power += excess
        if significand >> (self.mantissa + 1):
            significand, power = significand >> 1, power + 1
        exponent = power + self.mantissa + self.bias
        largest = (1 << self.exponent) - 1
        fraction = significand & ((1 << self.mantissa) - 1)
        if exponent < 1:
            return sign << (self.bits - 1)
        if exponent > largest or (exponent == largest and (self.infinities or fraction == (1 << self.mantissa) - 1)):
            return self.special(sign, False)
        return sign << (self.bits - 1) | exponent << self.mantissa | fraction

    def same(self, found, expected):
        """Equal words; the sign of NaN is nobody's business."""
        mask = (1 << (self.bits - 1)) - 1
        nan = self.decode(expected)[0] == "nan"
        return (found & mask == expected & mask) if nan else found == expected

    def from_float(self, value):
        numerator, denominator = abs(value).as_integer_ratio()
        return self.encode(int(value < 0), numerator, 1 - denominator.bit_length()) if numerator else 0


def product(a, b):
    kinds = {a[0], b[0]}
    sign = a[1] ^ b[1]
    if "nan" in kinds or kinds == {"infinity", "zero"}:
        return "nan", sign, 0, 0
    for kind in ("infinity", "zero"):
        if kind in kinds:
            return kind, sign, 0, 0
    return "number", sign, a[2] * b[2], a[3] + b[3]


def total(a, b):
    kinds = {a[0], b[0]}
    if "nan" in kinds or (a[0] == b[0] == "infinity" and a[1] != b[1]):
        return "nan", 0, 0, 0
    if "infinity" in kinds:
        return a if a[0] == "infinity" else b
    if kinds == {"zero"}:
        return "zero", a[1] & b[1], 0, 0
    if "zero" in kinds:
        return b if a[0] == "zero" else a
    power = min(a[3], b[3])
    value = sum((-1) ** x[1] * (x[2] << (x[3] - power)) for x in (a, b))
    return ("number", int(value < 0), abs(value), power) if value else ("zero", a[1] & b[1], 0, 0)


def pack(fmt, number):
    kind, sign, significand, power = number
    if kind == "number":
        return fmt.encode(sign, significand, power)
    return sign << (fmt.bits - 1) if kind == "zero" else fmt.special(sign, kind == "nan")


def signed(word, bits):
    return word - ((word >> (bits - 1)) << bits)


class Integers:
    """Operands of integer circuits: uniform words; a partial sum of 256 products for an accumulator."""

    def __init__(self, circuit):
        self.left, self.right = circuit["left"], circuit["right"]
        self.accumulator = circuit.get("accumulator", 0)
        self.operation = circuit["operation"]

    def widths(self):
        return {"a": self.left, "b": self.right} | ({"addend": self.accumulator} if self.accumulator else {})

    def draw(self, port, rng):
        if port != "addend":
            return rng.getrandbits(self.widths()[port])
        spread = min(self.left + self.right - 2 + 4, self.accumulator - 3)
        return round(rng.gauss(0.0, 0.33 * 2.0**spread)) & ((1 << self.accumulator) - 1)

    def expected(self, words):
        if self.operation == "add":
            return words["a"] + words["b"]
        value = signed(words["a"], self.left) * signed(words["b"], self.right)
        width = self.accumulator or self.left + self.right
        return (value + words.get("addend", 0)) & ((1 << width) - 1)

    def agrees(self, words, found):
        return self.expected(words) == found


class Floats:
    """Operands of floating-point circuits: standard normal; a partial sum of 128 products for an accumulator."""

    def __init__(self, circuit):
        self.format = Format(circuit["exponent"], circuit["mantissa"])
        self.operation = circuit["operation"]
        self.accumulate = self.operation == "multiply_accumulate"
        self.wide = Format(circuit["accumulator_exponent"], circuit["accumulator_mantissa"]) if self.accumulate else self.format

    def widths(self):
        return {"a": self.format.bits, "b": self.format.bits} | ({"c": self.wide.bits} if self.accumulate else {})

    def draw(self, port, rng):
        return self.wide.from_float(rng.gauss(0.0, 11.3)) if port == "c" else self.format.from_float(rng.gauss(0.0, 1.0))

    def expected(self, words):
        a, b = self.format.decode(words["a"]), self.format.decode(words["b"])
        if self.operation == "add":
            return pack(self.format, total(a, b))
        if self.operation == "multiply":
            return pack(self.format, product(a, b))
        return pack(self.wide, total(product(a, b), self.wide.decode(words["c"])))

    def agrees(self, words, found):
        return self.wide.same(found, self.expected(words))


def operands(circuit):
    return Floats(circuit) if "exponent" in circuit else Integers(circuit)


def sequence(circuit, count, activity):
    """Words by port of `count` operations in a row. Activities:

    random      all operands are new each time
    stationary  b stays (a weight in its register); the rest is new
    accumulate  the accumulator is the result before
    half_zero   half of the operands a are zero
    zero        a is always zero
    """
    source = operands(circuit)
    rng = random.Random(SEED)
    rows = []
    for at in range(count):
        words = {port: source.draw(port, rng) for port in source.widths()}
        if activity == "stationary" and at:
            words["b"] = rows[-1]["b"] if at % 16 else words["b"]
        if activity == "accumulate" and at:
            last = "addend" if "addend" in words else "c"
            words[last] = source.expected(rows[-1])
        if activity == "zero" or (activity == "half_zero" and rng.random() < 0.5):
            words["a"] = 0
        rows.append(words)
    return rows


class Trained:
    """Operands of a trained network (operands.toml): a is an activation, b a weight, the last a partial sum."""

    def __init__(self, circuit, rng):
        self.source, self.rng = operands(circuit), rng
        data = tomllib.loads((Path(__file__).parent / "operands.toml").read_text())
        self.data = {name: entry["value"] for name, entry in data.items()}
        self.adds = self.source.operation == "add"
        integer = isinstance(self.source, Integers)
        self.largest = {port: (1 << (width - 1)) - 1 for port, width in self.source.widths().items()} if integer else None
        self.mean = self.deviation = 1.0
        if integer:
            self.mean = min(self.data["mean_activation"], self.largest["a"] / self.data["largest_activation"])
            self.deviation = max(self.data["least_deviation"], self.largest["b"] / self.data["largest_weight"])

    def value(self, port, number):
        """The number as a word of the port; integers saturate."""
        if self.largest is None:
            return (self.source.wide if port == "c" else self.source.format).from_float(number)
        largest = self.largest[port]
        return max(-largest - 1, min(largest, round(number))) & (2 * largest + 1)

    def activation(self):
        """Not zero: integers are one at least."""
        number = self.rng.expovariate(1.0 / self.mean)
        return max(1.0, round(number)) if self.largest else number

    def weight(self):
        return self.rng.choice((-1, 1)) * self.rng.expovariate(math.sqrt(2.0) / self.deviation)

    def column(self):
        """Weights of the rows above."""
        return [self.weight() for _ in range(self.rng.randrange(int(self.data["most_products"])))]

    def partial_sum(self, column):
        return sum(w * self.activation() for w in column if self.rng.random() >= self.data["zeros"])

    def rows(self, count, dataflow):
        """Words by port of `count` operations in a row. Dataflows:

        moving      both operands and the partial sum are new each time
        stationary  the weight and the weights of the rows above stay for 16 operations
        accumulate  the sum is the result before, and begins again after 128 products
        """
        addend = next((port for port in ("addend", "c") if port in self.source.widths()), None)
        found = []
        column, weight = self.column(), self.weight()
        for at in range(count):
            if dataflow != "stationary" or at % 16 == 0:
                column, weight = self.column(), self.weight()
            if self.adds:
                # Two sums of products, in a word with room for more of them.
                scale = max(1.0, self.largest["a"] / 64) if self.largest else 1.0
                words = {port: self.value(port, self.rng.gauss(0.0, scale)) for port in self.source.widths()}
            else:
                words = {"a": self.value("a", self.activation()), "b": self.value("b", weight)}
            if addend and dataflow == "accumulate":
                words[addend] = self.source.expected(found[-1]) if at % 128 else 0
            elif addend:
                words[addend] = self.value(addend, self.partial_sum(column))
            found.append(words)
        return found


def toggles(words, bits):
    """Part of the bits that change from one word to the next."""
    changed = sum((a ^ b).bit_count() for a, b in zip(words, words[1:]))
    return changed / (bits * (len(words) - 1))


def any_words(circuit, count):
    """Uniform words on all ports, infinities and NaN among them, to compare results with."""
    source = operands(circuit)
    rng = random.Random(7)
    return [{port: rng.getrandbits(width) for port, width in source.widths().items()} for _ in range(count)]


def neighbours(circuit, count):
    """Words whose sum cancels or nearly does, and ties of rounding: the last operand of a floating-point addition is the
    other, or the product, times a power of two close to one, with random lowest bits."""
    source = operands(circuit)
    if "exponent" not in circuit or circuit["operation"] == "multiply":
        return []
    rng = random.Random(11)
    rows = []
    for _ in range(count):
        words = {port: source.draw(port, rng) for port in source.widths()}
        last = "c" if source.accumulate else "b"
        a, b = source.format.decode(words["a"]), source.format.decode(words["b"])
        other = product(a, b) if source.accumulate else a
        if other[0] == "number":
            near = source.wide.encode(other[1] ^ (rng.random() < 0.8), other[2], other[3] + rng.randrange(-4, 5))
            words[last] = near ^ rng.getrandbits(rng.randrange(source.wide.mantissa + 1) or 1)
        rows.append(words)
    return rows
