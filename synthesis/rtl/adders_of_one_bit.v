// Full and half adder. The script keeps both as cells (`adders` in cells.toml), as libraries have them, and reads only
// their ports here; the logic says what they do.

module full_adder (input a, input b, input c, output s, output co);
    wire propagate = a ^ b;
    assign s = propagate ^ c;
    assign co = (a & b) | (c & propagate);
endmodule

module half_adder (input a, input b, output s, output co);
    assign s = a ^ b;
    assign co = a & b;
endmodule
