import Glibc

/// The probability distributions that intervals and tests need.
package enum Distributions {
  /// P(Z ≤ z) of the standard normal.
  package static func normalCDF(_ z: Double) -> Double { 0.5 * erfc(-z / 2.0.squareRoot()) }

  /// The z with P(Z ≤ z) = p: Acklam's approximation, then one step of Halley's method to full precision.
  package static func normalQuantile(_ p: Double) -> Double {
    guard p > 0, p < 1 else { return p == 0 ? -.infinity : p == 1 ? .infinity : .nan }
    let a = [
      -3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02, 1.383577518672690e+02,
      -3.066479806614716e+01, 2.506628277459239e+00,
    ]
    let b = [
      -5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01,
      -1.328068155288572e+01,
    ]
    let c = [
      -7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00, -2.549732539343734e+00,
      4.374664141464968e+00, 2.938163982698783e+00,
    ]
    let d = [7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00]
    func tail(_ q: Double) -> Double {
      (((((c[0] * q + c[1]) * q + c[2]) * q + c[3]) * q + c[4]) * q + c[5])
        / ((((d[0] * q + d[1]) * q + d[2]) * q + d[3]) * q + 1)
    }
    var x: Double
    if p < 0.02425 {
      x = tail((-2 * log(p)).squareRoot())
    } else if p > 1 - 0.02425 {
      x = -tail((-2 * log(1 - p)).squareRoot())
    } else {
      let q = p - 0.5
      let r = q * q
      let numerator = (((((a[0] * r + a[1]) * r + a[2]) * r + a[3]) * r + a[4]) * r + a[5]) * q
      x = numerator / (((((b[0] * r + b[1]) * r + b[2]) * r + b[3]) * r + b[4]) * r + 1)
    }
    let error = normalCDF(x) - p
    let u = error * (2 * Double.pi).squareRoot() * exp(x * x / 2)
    x -= u / (1 + x * u / 2)
    return x
  }

  /// The regularised incomplete beta function by Lentz's continued fraction (Numerical Recipes, section 6.4).
  package static func beta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    guard x > 0 else { return 0 }
    guard x < 1 else { return 1 }
    if x > (a + 1) / (a + b + 2) { return 1 - beta(1 - x, b, a) }
    let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    let tiny = 1e-300
    var c = 1.0
    var d = 1 - (a + b) * x / (a + 1)
    d = 1 / (abs(d) < tiny ? tiny : d)
    var fraction = d
    for m in 1...500 {
      let m = Double(m)
      for numerator in [
        m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
        -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
      ] {
        d = 1 + numerator * d
        d = 1 / (abs(d) < tiny ? tiny : d)
        c = 1 + numerator / c
        c = abs(c) < tiny ? tiny : c
        fraction *= c * d
      }
      if abs(c * d - 1) < 1e-16 { break }
    }
    return front * fraction
  }

  /// The x with `beta(x, a, b) = p`, by bisection.
  package static func betaQuantile(_ p: Double, _ a: Double, _ b: Double) -> Double {
    var (low, high) = (0.0, 1.0)
    for _ in 0..<200 {
      let middle = (low + high) / 2
      if middle == low || middle == high { break }
      if beta(middle, a, b) < p { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// P(|T| ≥ |t|) for Student's t.
  package static func studentTwoSided(_ t: Double, _ degrees: Double) -> Double {
    beta(degrees / (degrees + t * t), degrees / 2, 0.5)
  }

  /// The t that `|T|` stays below with probability `level`.
  package static func studentQuantile(level: Double, _ degrees: Double) -> Double {
    let x = betaQuantile(1 - level, degrees / 2, 0.5)
    return (degrees * (1 - x) / x).squareRoot()
  }

  /// P(X ≥ x) for the chi-squared distribution, through the incomplete gamma function (Numerical Recipes, section 6.2).
  package static func chiSquaredTail(_ x: Double, _ degrees: Double) -> Double {
    let (a, x) = (degrees / 2, x / 2)
    guard x > 0 else { return 1 }
    let front = exp(-x + a * log(x) - lgamma(a))
    if x < a + 1 {
      var (sum, term, at) = (1 / a, 1 / a, a)
      for _ in 0..<1000 {
        at += 1
        term *= x / at
        sum += term
        if term < sum * 1e-17 { break }
      }
      return 1 - front * sum
    }
    let tiny = 1e-300
    var b = x + 1 - a
    var c = 1 / tiny
    var d = 1 / b
    var fraction = d
    for step in 1...1000 {
      let numerator = -Double(step) * (Double(step) - a)
      b += 2
      d = numerator * d + b
      d = 1 / (abs(d) < tiny ? tiny : d)
      c = b + numerator / c
      c = abs(c) < tiny ? tiny : c
      fraction *= d * c
      if abs(d * c - 1) < 1e-16 { break }
    }
    return front * fraction
  }

  /// P(X ≤ k) of a fair coin thrown `n` times.
  package static func fairBinomialCDF(_ k: Int, _ n: Int) -> Double {
    guard k >= 0 else { return 0 }
    guard k < n else { return 1 }
    return beta(0.5, Double(n - k), Double(k + 1))
  }
}
