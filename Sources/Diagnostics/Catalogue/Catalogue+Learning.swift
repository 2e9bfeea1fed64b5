extension Catalogue {
  /// Errors about models, losses and training.
  static let learning = Family(
    "Models and learning",
    [
      ErrorPage(
        "layer-size", "A layer cannot take what comes into it",
        """
        Sizes flow through a model from its `input(…)`, so a layer that does not fit is found where the model is \
        written and not in the middle of a training. The message shows what the part before the layer gives.
        """,
        wrong: """
          net = input(28, 28) >> conv2d(8, 3) >> flatten >> dense(10)
          """,
        mended: """
          net = input(28, 28) >> reshape_to(28, 28, 1) >> conv2d(8, 3) >> flatten >> dense(10)
          """),
      ErrorPage(
        "unbuilt", "The sizes of a model are not known yet",
        """
        The weights of a layer depend on how much comes in. Start the model with `input(…)`, call `build(&net, \
        x)` with an example, or let `fit` find the sizes in the data.
        """,
        wrong: """
          net = dense(8, relu) >> dense(2)
          net(zeros(3, 4))
          """,
        mended: """
          net = input(4) >> dense(8, relu) >> dense(2)
          net(zeros(3, 4));
          """),
      ErrorPage(
        "not-a-model", "A block or a file is no whole model",
        """
        A `model` block ends with the function `fn (x) …` that is applied when the model is called, and a model \
        file holds what `save` has written, undamaged. Anything else could be run only by guessing the rest.
        """,
        wrong: """
          model Tiny(units) {
              body = dense(units, relu)
              body
          }
          net = Tiny(4)
          """,
        mended: """
          model Tiny(units) {
              body = dense(units, relu)
              fn (x) => body(x)
          }
          net = Tiny(4)
          """),
      ErrorPage(
        "bad-checkpoint", "A training cannot go on from this checkpoint",
        """
        A checkpoint holds one training: its model, its optimizer and its history. Another network, another \
        optimizer or other metrics would give a mixture of two. Use the same `fit` call, or start anew in another \
        folder. A damaged file is refused too; the checkpoint before it, `previous.nnc`, lies in the same folder.
        """),
      ErrorPage(
        "not-saveable", "A model holds something that a file cannot",
        """
        A saved model keeps its layers, its weights, and the functions in it with the values they use. A table \
        or the run of a training cannot go along. Compute beforehand what is needed of it, and keep the number \
        or the tensor.
        """,
        wrong: """
          fn shifted(t) { input(1) >> dense(1) >> (fn (x) { x + mean(t.a) }) }
          net = shifted(table({a: [1, 2, 3]}))
          save(net, "net.nnm")
          """,
        mended: """
          fn shifted(m) { input(1) >> dense(1) >> (fn (x) { x + m }) }
          net = shifted(mean([1, 2, 3]))
          save(net, "net.nnm")
          """),
      ErrorPage(
        "not-finite", "A value on the way is infinite or not a number",
        """
        Measuring a range needs numbers that have one. Look for the example with `isfinite`, and for missing \
        values with `impute`.
        """,
        wrong: """
          net = input(2) >> dense(4, relu) >> dense(2)
          small = quantize(net, calibrate=[[1, nan], [0, 2]])
          """,
        mended: """
          net = input(2) >> dense(4, relu) >> dense(2)
          small = quantize(net, calibrate=[[1, 3], [0, 2]])
          """),
      ErrorPage(
        "loss-shape", "A loss gets shapes that do not belong together",
        """
        A loss compares each prediction with its own truth, so both have one shape. Broadcasting `[n, 1]` with \
        `[n]` would compare each with all others, and the training would look as if it worked.
        """,
        wrong: """
          prediction = zeros(100, 1)
          target = zeros(100)
          mse(prediction, target)
          """,
        mended: """
          prediction = zeros(100, 1)
          target = zeros(100)
          mse(squeeze(prediction), target)
          """),
      ErrorPage(
        "label-range", "A label is no class that exists",
        """
        With `k` classes the labels are the whole numbers from 0 to `k - 1`. Labels that start at 1 are the \
        usual reason.
        """,
        wrong: """
          logits = zeros(4, 3)
          y = int((1, 2, 3, 1))
          cross_entropy(logits, y)
          """,
        mended: """
          logits = zeros(4, 3)
          y = int((1, 2, 3, 1))
          cross_entropy(logits, y - 1)
          """),
      ErrorPage(
        "swapped-arguments", "The prediction and the truth stand in the place of each other",
        """
        In every loss, metric and chart the prediction comes first and the truth second. Where the kinds of the \
        values show that they were swapped, this is an error, for the result would be a number that looks right.
        """,
        wrong: """
          logits = zeros(2, 3)
          y = int((0, 2))
          cross_entropy(y, logits)
          """,
        mended: """
          logits = zeros(2, 3)
          y = int((0, 2))
          cross_entropy(logits, y)
          """),
      ErrorPage(
        "nan-loss", "The loss is no longer a number",
        """
        A loss that became `nan` or `inf` would spoil every weight in the next step. `fit` stops before that, \
        puts back the last good weights, and names the operation where it began. A smaller learning rate, \
        `clip_norm` or a safe `log` is the usual cure.
        """,
        wrong: """
          data = {x: [[1], [2]], y: [[1], [2]]}
          net = input(1) >> dense(1)
          fit(&net, data, loss=mse, opt=sgd(lr=1e30), quiet=true)
          """,
        mended: """
          data = {x: [[1], [2]], y: [[1], [2]]}
          net = input(1) >> dense(1)
          fit(&net, data, loss=mse, opt=sgd(lr=0.1));
          """),
      ErrorPage(
        "data-size", "The parts of the data count different examples",
        """
        The first axis of `x` and of `y` counts examples, and example `i` of one belongs to example `i` of the \
        other. So both are equally long, and neither is empty.
        """,
        wrong: """
          net = input(2) >> dense(1)
          fit(&net, {x: zeros(10, 2), y: zeros(9, 1)}, loss=mse)
          """,
        mended: """
          net = input(2) >> dense(1)
          fit(&net, {x: zeros(10, 2), y: zeros(10, 1)}, loss=mse, epochs=1);
          """),
    ])
}
