// Leading zeros of a word, if it has a one at all (`any`); of no meaning otherwise.
// A tree: each half counts, and the upper half wins when it holds a one. WIDTH is a power of two.
module leading_zeros #(parameter WIDTH = 8, parameter BITS = $clog2(WIDTH)) (
    input [WIDTH-1:0] word,
    output [BITS-1:0] count,
    output any
);
    generate
        if (WIDTH == 2) begin : pair
            assign any = word[1] | word[0];
            assign count = ~word[1];
        end else begin : halves
            wire [BITS-2:0] upper_count, lower_count;
            wire upper_any, lower_any;
            leading_zeros #(.WIDTH(WIDTH / 2)) upper (
                .word(word[WIDTH-1:WIDTH/2]), .count(upper_count), .any(upper_any));
            leading_zeros #(.WIDTH(WIDTH / 2)) lower (
                .word(word[WIDTH/2-1:0]), .count(lower_count), .any(lower_any));
            assign any = upper_any | lower_any;
            assign count = {~upper_any, upper_any ? upper_count : lower_count};
        end
    endgenerate
endmodule

// Shift to the left that takes in copies of `fill`, the largest step first.
module shift_left #(parameter WIDTH = 8, parameter BITS = 4) (
    input [WIDTH-1:0] word,
    input [BITS-1:0] amount,
    input fill,
    output reg [WIDTH-1:0] shifted
);
    integer level;
    always @* begin
        shifted = word;
        for (level = BITS - 1; level >= 0; level = level - 1)
            if (amount[level])
                shifted = ({shifted, {WIDTH{fill}}} << (1 << level)) >> WIDTH;
    end
endmodule

// Chooses one of two significands and shifts it to the right: b by `distance`, or a by one more. Below it come a guard and
// a round bit and one that tells whether anything fell out. The first level chooses and shifts in one AND-OR, by zero to
// four, the next by four, eight or twelve: few levels, so that late shift amounts pass on few glitches.
module align_smaller #(parameter WIDTH = 24, parameter DISTANCE_BITS = 8) (
    input [WIDTH-1:0] a,
    input [WIDTH-1:0] b,
    input align_a,
    input align_b,
    input [DISTANCE_BITS-1:0] distance,
    output [WIDTH+2:0] aligned
);
    localparam LONG = WIDTH + 4;
    localparam BITS = WIDTH > 30 ? 6 : WIDTH > 14 ? 5 : 4;
    integer k;
    reg [LONG-1:0] by_ones, by_fours;
    always @* begin
        by_ones = 0;
        by_fours = 0;
        for (k = 0; k < 4; k = k + 1)
            by_ones = by_ones | (({b, 4'b0} >> k) & {LONG{align_b & distance[1:0] == k}})
                | (({a, 4'b0} >> (k + 1)) & {LONG{align_a & distance[1:0] == k}});
        for (k = 0; k < 4; k = k + 1)
            by_fours = by_fours | ((by_ones >> (4 * k)) & {LONG{distance[3:2] == k}});
    end
    wire [LONG+11:0] ones = by_ones;
    wire fell_out = (|distance[3:2] & |ones[3:0]) | (distance[3] & |ones[7:4]) | (&distance[3:2] & |ones[11:8]);
    wire beyond;
    wire [LONG-1:0] whole;
    wire fell_out_whole;
    generate
        if (DISTANCE_BITS > BITS) begin : far_beyond
            assign beyond = |distance[DISTANCE_BITS-1:BITS];
        end else begin : never_beyond
            assign beyond = 1'b0;
        end
        if (BITS == 4) begin : by_12
            assign whole = by_fours;
            assign fell_out_whole = fell_out;
        end else begin : by_16
            wire [LONG-1:0] by_16 = distance[4] ? by_fours >> 16 : by_fours;
            if (BITS == 5) begin : no_more
                assign whole = by_16;
                assign fell_out_whole = fell_out | (distance[4] & |by_fours[15:0]);
            end else begin : by_32
                assign whole = distance[5] ? by_16 >> 32 : by_16;
                assign fell_out_whole = fell_out | (distance[4] & |by_fours[15:0]) | (distance[5] & |by_16[31:0]);
            end
        end
    endgenerate
    assign aligned = {whole[LONG-1:2] & {(LONG - 2){~beyond}}, fell_out_whole | |whole[1:0] | (beyond & (align_a | align_b))};
endmodule
