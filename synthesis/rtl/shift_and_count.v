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

// Shift to the right that ORs what falls out into the lowest bit.
module shift_right_sticky #(parameter WIDTH = 8, parameter BITS = 4) (
    input [WIDTH-1:0] word,
    input [BITS-1:0] amount,
    output reg [WIDTH-1:0] shifted
);
    integer level, i;
    reg sticky;
    reg [WIDTH-1:0] before;
    always @* begin
        shifted = word;
        for (level = 0; level < BITS; level = level + 1) begin
            before = shifted;
            sticky = before[0];
            for (i = 1; i < WIDTH && i <= (1 << level); i = i + 1)
                sticky = sticky | before[i];
            if (amount[level]) begin
                shifted = before >> (1 << level);
                shifted[0] = sticky;
            end
        end
    end
endmodule
