/// Programs that use the whole language, for tests of every prefix and for mutations.
enum Samples {
  static let all = [
    """
    #%% Data
    data = dataset("fashion-mnist")              # {train: {x, y}, test: {x, y}, classes}
    scale = d => {x: float(d.x) / 255, y: d.y}
    train, val = split(scale(data.train), 0.9)
    net = input(28, 28) >> flatten >> dense(128, relu) >> dense(10)
    run = fit(&net, train, val=val, loss=cross_entropy, opt=adam(lr=1e-3), epochs=10, metrics=[accuracy])
    line(run.history, x="epoch", y=["loss", "val_loss"]);
    """,
    """
    ## Attention.
    fn attention(q: [b, t, d], k: [b, s, d], &v, ..rest) -> [b, t, d] {
        scores = einsum("b t d, b s d -> b t s", q, k) / sqrt(d)
        if any(isnan(scores)) and not ok { return none } else if d > 3 {
            for i, (a, _) in enumerate(rest) { v[i, .., 0..10..2] += -a ** 2 }
        } else {
            while true { break; continue }
        }
        softmax(scores)
          |> dropout(0.1, _)
          # then
          |> (f => f)
    }
    """,
    """
    model Net(width, depth=2) {
        layers = map(0..depth, _ => dense(width))
        fn (x: [n, _, ...]) => reduce(layers, fn(h, l) { h |> l }, x)
    }
    x: int[n, 3 * d] = tensor((1, 2), dtype="i8")
    {loss, auc} = try { f(..opts, a=1) } catch e { {loss: nan, "auc b": 0xff, ..e} }
    assert loss < 1e-3, "loss {loss:>8.3f}, {d["k"]} \\{ \\u{e9}"
    """,
    """
    t =
      | epoch | "val loss" |
      |-------|-----------:|
      | 1     | 0.5        |
      |       | none       |
    text = \"\"\"
        head {t.rows[-1]["epoch"]}
          tail
        \"\"\"
    use "tools/helpers.nns" as h
    y = x[..., new][mask == 1][.. .. 2][2..=n - 1], 'raw {x}'
    """,
  ]
}
