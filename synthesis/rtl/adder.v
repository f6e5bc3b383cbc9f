// Adder of two words with a carry in: sum = a + b + carry_in, carry out in the top bit.
//
// The macro ADDER chooses the carry network:
//   0 ripple: a full adder a bit, delay n
//   1 Brent-Kung: sparse prefix tree, 2 n nodes, depth 2 log2 n
//   2 Sklansky: prefix tree of least depth log2 n, (n/2) log2 n nodes, fan-out up to n/2

`ifndef ADDER
`define ADDER 2
`endif

module adder #(parameter WIDTH = 8) (
    input [WIDTH-1:0] a,
    input [WIDTH-1:0] b,
    input carry_in,
    output [WIDTH:0] sum
);
    generate
        if (`ADDER == 0) begin : ripple
            ripple_adder #(.WIDTH(WIDTH)) network (.a(a), .b(b), .carry_in(carry_in), .sum(sum));
        end else begin : prefix
            prefix_adder #(.WIDTH(WIDTH)) network (.a(a), .b(b), .carry_in(carry_in), .sum(sum));
        end
    endgenerate
endmodule

module ripple_adder #(parameter WIDTH = 8) (
    input [WIDTH-1:0] a,
    input [WIDTH-1:0] b,
    input carry_in,
    output [WIDTH:0] sum
);
    wire [WIDTH:0] carry;
    assign carry[0] = carry_in;
    assign sum[WIDTH] = carry[WIDTH];
    genvar i;
    generate
        for (i = 0; i < WIDTH; i = i + 1) begin : bits
            full_adder cell_of_bit (.a(a[i]), .b(b[i]), .c(carry[i]), .s(sum[i]), .co(carry[i+1]));
        end
    endgenerate
endmodule

module prefix_adder #(parameter WIDTH = 8) (
    input [WIDTH-1:0] a,
    input [WIDTH-1:0] b,
    input carry_in,
    output [WIDTH:0] sum
);
    wire [WIDTH-1:0] propagate = a ^ b;
    reg [WIDTH-1:0] generates;
    always @* begin
        generates = a & b;
        generates[0] = (a[0] & b[0]) | (propagate[0] & carry_in);
    end
    wire [WIDTH-1:0] carry;
    prefix_tree #(.WIDTH(WIDTH)) tree (.generates(generates), .propagates(propagate), .g(carry));
    assign sum = {carry[WIDTH-1], propagate ^ {carry[WIDTH-2:0], carry_in}};
endmodule

// Group generate and propagate of bits i down to the start of the group; after the last level, down to bit 0.
module prefix_tree #(parameter WIDTH = 8) (
    input [WIDTH-1:0] generates,
    input [WIDTH-1:0] propagates,
    output reg [WIDTH-1:0] g,
    output reg [WIDTH-1:0] p
);
    reg [WIDTH-1:0] g_before, p_before;
    integer level, i, j, span;

    always @* begin
        g = generates;
        p = propagates;
        for (level = 0; (1 << level) < WIDTH; level = level + 1) begin
            g_before = g;
            p_before = p;
            span = 1 << level;
            for (i = 0; i < WIDTH; i = i + 1) begin
                j = -1;
                if (`ADDER == 1 && (i % (2 * span)) == 2 * span - 1)
                    j = i - span;
                if (`ADDER == 2 && ((i >> level) & 1) == 1)
                    j = ((i >> level) << level) - 1;
                if (j >= 0) begin
                    g[i] = g_before[i] | (p_before[i] & g_before[j]);
                    p[i] = p_before[i] & p_before[j];
                end
            end
        end
        // The way back of Brent and Kung: bits between the nodes of the tree.
        if (`ADDER == 1) begin
            for (level = 16; level >= 0; level = level - 1) begin
                span = 1 << level;
                for (i = 0; i < WIDTH; i = i + 1) begin
                    if (i >= 2 * span && (i % (2 * span)) == span - 1) begin
                        g[i] = g[i] | (p[i] & g[i - span]);
                        p[i] = p[i] & p[i - span];
                    end
                end
            end
        end
    end
endmodule

// Adder whose carry in may come late, as rounding does: a prefix tree without it, and one gate a bit that lets it in.
// Also tells what the sum is without it: its carry, its top bit and its two lowest. Not for ADDER = 0.
module late_carry_adder #(parameter WIDTH = 8) (
    input [WIDTH-1:0] a,
    input [WIDTH-1:0] b,
    input carry_in,
    output [WIDTH:0] sum,
    output early_carry,
    output early_top,
    output [1:0] early_low
);
    wire [WIDTH-1:0] half = a ^ b;
    wire [WIDTH-1:0] generated, propagated;
    prefix_tree #(.WIDTH(WIDTH)) tree (
        .generates(a & b), .propagates(half), .g(generated), .p(propagated));
    wire [WIDTH-1:0] carry = generated | (propagated & {WIDTH{carry_in}});
    assign sum = {carry[WIDTH-1], half ^ {carry[WIDTH-2:0], carry_in}};
    assign early_carry = generated[WIDTH-1];
    assign early_top = half[WIDTH-1] ^ generated[WIDTH-2];
    assign early_low = {half[1] ^ generated[0], half[0]};
endmodule

// The sum of two words with its carry.
module integer_adder #(parameter WIDTH = 8) (
    input [WIDTH-1:0] a,
    input [WIDTH-1:0] b,
    output [WIDTH:0] result
);
    adder #(.WIDTH(WIDTH)) words (.a(a), .b(b), .carry_in(1'b0), .sum(result));
endmodule
