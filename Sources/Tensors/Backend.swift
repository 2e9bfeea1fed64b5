import CKernels
import COneDNN
import Glibc

/// Who computes: our own kernels, or oneDNN where it is installed and faster.
package enum Backend: String, Sendable {
  /// Our own kernels for everything.
  case own
  /// oneDNN for whatever it can do.
  case onednn
  /// Our own products, which are as fast, and oneDNN's convolutions.
  case automatic

  /// What `NNS_BACKEND` asks for; may be changed (by tests, between operations).
  package static var current: Backend {
    get { Backend(code: Int(nns_backend_setting())) }
    set { nns_set_backend(Int32(newValue.code)) }
  }

  /// One line for `:about`, such as `own kernels (avx2), convolutions by oneDNN 2.6.3, 2 threads`.
  package static var summary: String {
    let kernels = "own kernels (\(String(cString: nns_kernel_target())))"
    let threads = Int(nns_thread_count())
    let tail = "\(threads) thread\(threads == 1 ? "" : "s")"
    guard current != .own, nnd_available() != 0 else { return "\(kernels), \(tail)" }
    let part = current == .onednn ? "products and convolutions" : "convolutions"
    return "\(kernels), \(part) by oneDNN \(String(cString: nnd_version())), \(tail)"
  }

  /// Whether oneDNN is installed.
  package static var hasOneDNN: Bool { nnd_available() != 0 }

  static var convolvesWithOneDNN: Bool { current != .own && nnd_available() != 0 }
  static var multipliesWithOneDNN: Bool { current == .onednn && nnd_available() != 0 }

  private var code: Int {
    switch self {
    case .automatic: 1
    case .own: 2
    case .onednn: 3
    }
  }

  private init(code: Int) {
    switch code {
    case 2: self = .own
    case 3: self = .onednn
    default: self = .automatic
    }
  }
}

/// Threads of our own pool; `NNS_THREADS` sets the number.
package enum Threads {
  package static var count: Int {
    get { Int(nns_thread_count()) }
    set { nns_set_thread_count(Int32(clamping: newValue)) }
  }

  /// Runs `body(first, last)` on runs that cover `0 ..< n`, cut at multiples of `grain`. The body writes only what belongs
  /// to its run.
  static func share(_ n: Int, grain: Int, _ body: (Int, Int) -> Void) {
    withoutActuallyEscaping(body) { escaping in
      var box = escaping
      withUnsafeMutablePointer(to: &box) { pointer in
        nns_parallel(
          n, Swift.max(grain, 1),
          { context, first, last in
            context!.assumingMemoryBound(to: ((Int, Int) -> Void).self).pointee(first, last)
          }, pointer)
      }
    }
  }
}
