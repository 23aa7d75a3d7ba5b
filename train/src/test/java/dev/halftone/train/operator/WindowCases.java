package dev.halftone.train.operator;

import static dev.halftone.train.operator.OperatorCase.ints;
import static dev.halftone.train.operator.OperatorCase.normal;
import static dev.halftone.train.operator.OperatorCase.of;

import dev.halftone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Windows that slide: convolution and pooling; and what follows them. */
final class WindowCases {
  private WindowCases() {}

  static List<OperatorCase> all() {
    List<OperatorCase> cases = new ArrayList<>();
    convolutions(cases);
    for (String name : List.of("MaxPool", "AveragePool")) pools(cases, name);
    cases.add(of("GlobalMaxPool", normal(2, 3, 4, 5)));
    cases.add(of("GlobalAveragePool", normal(2, 3, 4, 5)));
    cases.add(of("GlobalAveragePool", normal(2, 3, 4)));
    transposed(cases);
    return cases;
  }

  private static void convolutions(List<OperatorCase> cases) {
    Tensor x = normal(2, 4, 9, 8);
    cases.add(of("Conv", x, normal(5, 4, 3, 3)));
    cases.add(of("Conv", x, normal(5, 4, 3, 2), normal(5)).with("pads", ints(1, 1, 1, 1)));
    cases.add(of("Conv", x, normal(5, 4, 3, 2), normal(5)).with("pads", ints(1, 0, 2, 1)));
    cases.add(
        of("Conv", x, normal(4, 1, 3, 3), normal(4)).with("group", 4).with("strides", ints(2, 2)));
    cases.add(of("Conv", x, normal(6, 2, 3, 3)).with("group", 2).with("dilations", ints(2, 1)));
    cases.add(
        of("Conv", x, normal(5, 4, 3, 3))
            .with("auto_pad", "SAME_UPPER")
            .with("strides", ints(2, 2)));
    cases.add(of("Conv", x, normal(5, 4, 2, 2)).with("auto_pad", "SAME_LOWER"));
    cases.add(of("Conv", x, normal(5, 4, 3, 3)).with("auto_pad", "VALID"));
    cases.add(of("Conv", normal(2, 3, 11), normal(4, 3, 3)).with("pads", ints(2, 0)));
    cases.add(
        of("Conv", normal(1, 2, 5, 6, 4), normal(3, 2, 2, 3, 2)).with("strides", ints(1, 2, 1)));
  }

  private static void transposed(List<OperatorCase> cases) {
    Tensor x = normal(2, 4, 5, 6);
    OperatorCase strided =
        of("ConvTranspose", x, normal(4, 3, 3, 3), normal(3)).with("strides", ints(2, 2));
    cases.add(of("ConvTranspose", x, normal(4, 3, 3, 2)));
    cases.add(strided.with("pads", ints(1, 0, 1, 2)));
    cases.add(strided.with("pads", ints(1, 1, 1, 1)).with("output_padding", ints(1, 1)));
    cases.add(strided.with("output_shape", ints(10, 12)));
    cases.add(strided.with("auto_pad", "SAME_UPPER"));
    cases.add(strided.with("auto_pad", "SAME_LOWER"));
    cases.add(
        of("ConvTranspose", x, normal(4, 2, 3, 3)).with("group", 2).with("dilations", ints(2, 1)));
    cases.add(of("ConvTranspose", normal(2, 3, 7), normal(3, 4, 3)).with("strides", ints(3)));
  }

  private static void pools(List<OperatorCase> cases, String name) {
    Tensor x = normal(2, 3, 9, 8);
    cases.add(of(name, x).with("kernel_shape", ints(3, 2)));
    cases.add(of(name, x).with("kernel_shape", ints(3, 3)).with("strides", ints(2, 2)));
    cases.add(
        of(name, x)
            .with("kernel_shape", ints(3, 3))
            .with("strides", ints(2, 2))
            .with("pads", ints(0, 0, 1, 1)));
    cases.add(of(name, x).with("kernel_shape", ints(2, 2)).with("auto_pad", "SAME_UPPER"));
    cases.add(
        of(name, x)
            .with("kernel_shape", ints(3, 3))
            .with("strides", ints(2, 3))
            .with("ceil_mode", 1));
    cases.add(
        of(name, x)
            .with("kernel_shape", ints(2, 3))
            .with("strides", ints(2, 3))
            .with("pads", ints(1, 1, 1, 1))
            .with("ceil_mode", 1)
            .opset(19));
    cases.add(of(name, normal(2, 3, 9)).with("kernel_shape", ints(4)).with("pads", ints(1, 2)));
    cases.add(of(name, normal(1, 2, 5, 6, 4)).with("kernel_shape", ints(2, 3, 2)));
    if (name.equals("MaxPool")) {
      cases.add(of(name, x).with("kernel_shape", ints(2, 2)).with("dilations", ints(2, 3)));
      return;
    }
    OperatorCase padded =
        of(name, x).with("kernel_shape", ints(3, 3)).with("pads", ints(1, 0, 1, 2));
    cases.add(padded);
    cases.add(padded.with("count_include_pad", 1));
  }
}
