// The buffer cell, where the RTL builds a tree itself.
module BUF_X2 (input a, output y);
endmodule
