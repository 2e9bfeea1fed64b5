import Tensors
import Testing

/// Both backends: the choice is a setting of the whole process, so these tests run one after the other.
@Suite(.serialized) struct ImageTests {
  /// Convolution written out.
  func naive(_ x: Tensor, _ w: Tensor, _ window: Window) throws -> Tensor {
    let (n, h, width, c) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    let (kh, kw, depth, out) = (w.shape[0], w.shape[1], w.shape[2], w.shape[3])
    let (oh, ow) = try window.output(height: h, width: width, kernel: (kh, kw))
    let (xs, ws) = (try x.doubles, try w.doubles)
    var y = [Double](repeating: 0, count: n * oh * ow * out)
    for b in 0..<n {
      for oy in 0..<oh {
        for ox in 0..<ow {
          for o in 0..<out {
            let group = o / (out / window.groups)
            var sum = 0.0
            for ky in 0..<kh {
              for kx in 0..<kw {
                let iy = oy * window.strideY - window.top + ky * window.dilationY
                let ix = ox * window.strideX - window.left + kx * window.dilationX
                guard iy >= 0, iy < h, ix >= 0, ix < width else { continue }
                for d in 0..<depth {
                  sum +=
                    xs[((b * h + iy) * width + ix) * c + group * depth + d] * ws[((ky * kw + kx) * depth + d) * out + o]
                }
              }
            }
            y[((b * oh + oy) * ow + ox) * out + o] = sum
          }
        }
      }
    }
    return Tensor(y, [n, oh, ow, out])
  }

  static let cases: [(Shape, Shape, Window)] = [
    ([2, 5, 6, 3], [3, 3, 3, 4], Window()),
    ([2, 5, 6, 3], [3, 3, 3, 4], Window().padded(1, 1)),
    ([1, 8, 8, 2], [3, 2, 2, 5], Window(stride: (2, 2)).same(height: 8, width: 8, kernel: (3, 2))),
    ([1, 9, 9, 2], [3, 3, 2, 2], Window(dilation: (2, 2)).padded(2, 2)),
    ([2, 6, 6, 4], [3, 3, 2, 6], Window(groups: 2).padded(1, 1)),
    ([2, 6, 6, 4], [3, 3, 1, 4], Window(groups: 4).padded(1, 1)),
    ([1, 1, 7, 3], [1, 3, 3, 2], Window()),
  ]

  @Test func convolutionEqualsTheSumWrittenOut() throws {
    for (x, w, window) in Self.cases {
      for dtype in [DType.f32, .f64] {
        let images = try samples(x, dtype)
        let weights = try samples(w, seed: 2, dtype)
        let expected = try naive(images, weights, window)
        #expect(
          try isClose(try Raw.conv2d(images, weights, window), expected, dtype == .f32 ? 1e-5 : 1e-13), "\(x) \(w)")
      }
    }
  }

  /// <g, conv(x, w)> is linear in x and in w: the gradients are what makes the sums equal.
  @Test func gradientsOfConvolutionAreAdjoint() throws {
    for (x, w, window) in Self.cases {
      let images = try samples(x, .f64)
      let weights = try samples(w, seed: 2, .f64)
      let y = try Raw.conv2d(images, weights, window)
      let g = try samples(y.shape, seed: 3, .f64)
      let total = try Raw.sum(try Raw.multiply(g, y)).item
      let dx = try Raw.conv2dInputGradient(g, weights, inputShape: x, window)
      let dw = try Raw.conv2dWeightGradient(images, g, weightShape: w, window)
      #expect(abs(try Raw.sum(try Raw.multiply(dx, images)).item - total) < 1e-10, "\(x) \(w)")
      #expect(abs(try Raw.sum(try Raw.multiply(dw, weights)).item - total) < 1e-10, "\(x) \(w)")
      let single = try Raw.conv2dWeightGradient(
        try Raw.cast(images, .f32), try Raw.cast(g, .f32), weightShape: w, window)
      #expect(try isClose(single, dw, 1e-4))
      let input = try Raw.conv2dInputGradient(try Raw.cast(g, .f32), try Raw.cast(weights, .f32), inputShape: x, window)
      #expect(try isClose(input, dx, 1e-4))
    }
  }

  @Test func bothBackendsAgree() throws {
    let before = Backend.current
    defer { Backend.current = before }
    for (x, w, window) in Self.cases + [([9, 14, 14, 16], [3, 3, 16, 32], Window().padded(1, 1))] {
      let images = try samples(x)
      let weights = try samples(w, seed: 2)
      Backend.current = .own
      let y = try Raw.conv2d(images, weights, window)
      let dx = try Raw.conv2dInputGradient(y, weights, inputShape: x, window)
      let dw = try Raw.conv2dWeightGradient(images, y, weightShape: w, window)
      let flat = try Raw.reshape(images, [images.count / x[3], x[3]])
      let product = try Raw.matmul(try Raw.transpose(flat), flat)
      Backend.current = .onednn
      #expect(try isClose(try Raw.conv2d(images, weights, window), y, 1e-5), "\(x) \(w)")
      #expect(try isClose(try Raw.conv2dInputGradient(y, weights, inputShape: x, window), dx, 1e-4), "\(x) \(w)")
      #expect(try isClose(try Raw.conv2dWeightGradient(images, y, weightShape: w, window), dw, 1e-4), "\(x) \(w)")
      #expect(try isClose(try Raw.matmul(try Raw.transpose(flat), flat), product, 1e-4), "\(x)")
    }
  }

  @Test func poolingTakesTheLargestOrTheMean() throws {
    let x = try Raw.reshape(try Raw.cast(try Raw.sequence(count: 16), .f32), [1, 4, 4, 1])
    let window = Window(stride: (2, 2))
    let (y, places) = try Raw.maxPool2d(x, size: (2, 2), window)
    #expect(try y.floats == [5, 7, 13, 15])
    let g = try Raw.maxPool2dGradient(
      Tensor([1, 2, 3, 4] as [Float], [1, 2, 2, 1]), places, inputShape: x.shape, size: (2, 2), window)
    #expect(try g.floats == [0, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 3, 0, 4])
    #expect(try Raw.maxPool2dGather(x, places, size: (2, 2), window).floats == [5, 7, 13, 15])
    #expect(try Raw.avgPool2d(x, size: (2, 2), window).floats == [2.5, 4.5, 10.5, 12.5])
    let padded = try Raw.avgPool2d(try Tensor.ones([1, 4, 4, 1]), size: (3, 3), Window(stride: (2, 2)).padded(1, 1))
    #expect(try padded.floats == [1, 1, 1, 1])
    let images = try samples([2, 7, 6, 3], .f64)
    let overlapping = Window(stride: (2, 1)).padded(1, 1)
    let mean = try Raw.avgPool2d(images, size: (3, 2), overlapping)
    let h = try samples(mean.shape, seed: 4, .f64)
    let back = try Raw.avgPool2dGradient(h, inputShape: images.shape, size: (3, 2), overlapping)
    let left = try Raw.sum(try Raw.multiply(h, mean)).item
    #expect(abs(left - (try Raw.sum(try Raw.multiply(back, images)).item)) < 1e-12)
    #expect(failureID { try Raw.avgPool2d(images, size: (9, 9), Window()) } == "layer-size")
    #expect(failureID { try Raw.conv2d(images, try samples([3, 3, 4, 2], .f64), Window()) } == "layer-size")
  }
}
