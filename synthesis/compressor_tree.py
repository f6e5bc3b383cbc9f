"""Verilog of multipliers and integer multiply-accumulators: partial products in columns, compressed to two rows.

A column holds the names of bits of one weight. Signed operands are handled as Baugh and Wooley do: negative partial
products are inverted and the correction is one constant.
"""

ONE = "1'b1"


class Columns:
    """Bits by weight, modulo 2^width, and the statements that made them."""

    def __init__(self, width):
        self.width = width
        self.bits = [[] for _ in range(width)]
        self.constant = 0
        self.statements = []
        self.names = 0

    def wire(self, value=None):
        self.names += 1
        name = f"t{self.names}"
        self.statements.append(f"wire {name};" if value is None else f"wire {name} = {value};")
        return name

    def add(self, weight, bit):
        if weight < self.width:
            self.bits[weight].append(bit)

    def add_inverted(self, weight, bit):
        """-bit 2^weight = (1 - bit) 2^weight - 2^weight."""
        self.add(weight, self.wire(f"~{bit}"))
        self.constant -= 1 << weight

    def settle_constant(self):
        for weight in range(self.width):
            if (self.constant >> weight) & 1:
                self.bits[weight].append(ONE)
        self.constant = 0

    def full_adder(self, a, b, c):
        """Sum and carry of three bits; constants are folded."""
        a, b, c = sorted((a, b, c), key=lambda bit: bit == ONE)
        if b == ONE:
            return a, ONE
        if c == ONE:
            return self.wire(f"~({a} ^ {b})"), self.wire(f"{a} | {b}")
        s, co = self.wire(), self.wire()
        self.statements.append(f"full_adder f{self.names} (.a({a}), .b({b}), .c({c}), .s({s}), .co({co}));")
        return s, co

    def half_adder(self, a, b):
        if a == ONE:
            a, b = b, a
        if b == ONE:
            return self.wire(f"~{a}"), a
        s, co = self.wire(), self.wire()
        self.statements.append(f"half_adder h{self.names} (.a({a}), .b({b}), .s({s}), .co({co}));")
        return s, co

    def compress(self):
        """Dadda: each level brings every column to the next lower of 2, 3, 4, 6, 9, 13, ... with the fewest adders."""
        heights = [2]
        while heights[-1] < max(map(len, self.bits)):
            heights.append(heights[-1] * 3 // 2)
        for height in reversed(heights[:-1]):
            carries = []
            for weight in range(self.width):
                column, arrived = self.bits[weight], carries
                carries, sums = [], []
                while len(column) + len(sums) + len(arrived) > height:
                    if len(column) + len(sums) + len(arrived) == height + 1 or len(column) < 3:
                        taken, column = column[:2], column[2:]
                        s, co = self.half_adder(*taken)
                    else:
                        taken, column = column[:3], column[3:]
                        s, co = self.full_adder(*taken)
                    sums.append(s)
                    carries.append(co)
                self.bits[weight] = column + sums + arrived

    def ripple(self):
        """Adds the last two rows with a carry that runs through them."""
        carry, result = None, []
        for column in self.bits:
            bits = column + ([carry] if carry else [])
            carry = None
            if len(bits) == 3:
                s, carry = self.full_adder(*bits)
            elif len(bits) == 2:
                s, carry = self.half_adder(*bits)
            else:
                s = bits[0] if bits else "1'b0"
            result.append(s)
        return "{" + ", ".join(reversed(result)) + "}"

    def prefix(self):
        """Adds the last two rows with the module `adder`, above the columns that hold one bit only."""
        first = next((w for w, column in enumerate(self.bits) if len(column) > 1), self.width)
        low = [column[0] if column else "1'b0" for column in self.bits[:first]]
        rest = self.bits[first:]
        if not rest:
            return "{" + ", ".join(reversed(low)) + "}"
        rows = ["{" + ", ".join(c[i] if len(c) > i else "1'b0" for c in reversed(rest)) + "}" for i in (0, 1)]
        self.statements.append(f"wire [{len(rest)}:0] high;")
        self.statements.append(
            f"adder #(.WIDTH({len(rest)})) last (.a({rows[0]}), .b({rows[1]}), .carry_in(1'b0), .sum(high));")
        return "{" + ", ".join([f"high[{len(rest) - 1}:0]", *reversed(low)]) + "}"


def and_array(columns, n, m, signed):
    """One AND for each pair of bits."""
    for j in range(m):
        for i in range(n):
            negative = signed and (i == n - 1) != (j == m - 1)
            if negative:
                columns.add(i + j, columns.wire(f"~(a[{i}] & b[{j}])"))
                columns.constant -= 1 << (i + j)
            else:
                columns.add(i + j, columns.wire(f"a[{i}] & b[{j}]"))


def booth_array(columns, n, m, signed):
    """Radix-4 Booth: each two bits of b choose one of -2a, -a, 0, a, 2a.

    The sign is taken before the choice, so that both signals of the choice and what they choose from arrive together, and
    a digit of minus zero is zero: fewer glitches than with the sign behind the choice.
    """
    a = [f"a[{i}]" for i in range(n)] + ([f"a[{n - 1}]"] if signed else ["1'b0"])
    b = ["1'b0"] + [f"b[{j}]" for j in range(m)]
    b += [f"b[{m - 1}]" if signed else "1'b0"] * (2 if not signed or m % 2 else 0)
    for j in range(0, (len(b) - 1) // 2):
        low, middle, high = b[2 * j], b[2 * j + 1], b[2 * j + 2]
        single = columns.wire(f"{low} ^ {middle}")
        double = columns.wire(f"({high} ^ {middle}) & ~{single}")
        top = len(a)
        signed_bits = [columns.wire(f"{bit} ^ {high}") for bit in a]
        for i in range(top):
            lower = signed_bits[i - 1] if i else high
            columns.add(2 * j + i, columns.wire(f"({single} & {signed_bits[i]}) | ({double} & {lower})"))
        # The row's sign: that of a (or of 2a) inverted when the digit is negative and not zero ...
        columns.add_inverted(2 * j + top, columns.wire(f"({single} | {double}) & {signed_bits[-1]}"))
        # ... and the one that completes the two's complement.
        columns.add(2 * j, columns.wire(f"{high} & ({single} | {double})"))


def multiplier(name, n, m, *, signed, booth, prefix, accumulator=0):
    """Module `name`: a (n bits) times b (m bits), plus `addend` of the accumulator's width if there is one."""
    width = accumulator or n + m
    columns = Columns(width)
    (booth_array if booth else and_array)(columns, n, m, signed)
    for i in range(accumulator):
        columns.add(i, f"addend[{i}]")
    columns.settle_constant()
    columns.compress()
    result = columns.prefix() if prefix else columns.ripple()
    addend = f", input [{accumulator - 1}:0] addend" if accumulator else ""
    body = "\n".join(f"    {statement}" for statement in columns.statements)
    return (f"module {name} (input [{n - 1}:0] a, input [{m - 1}:0] b{addend}, output [{width - 1}:0] product);\n"
            f"{body}\n    assign product = {result};\nendmodule\n")
