package import CKernels

/// The type of a tensor's elements.
///
/// `f16` is for storage: arithmetic on it goes through `f32` and gives `f32`.
package enum DType: UInt8, Sendable, CaseIterable, CustomStringConvertible {
  case bool, u8, i8, int, f16, f32, f64

  /// Bytes of one element.
  package var size: Int {
    switch self {
    case .bool, .u8, .i8: 1
    case .f16: 2
    case .f32: 4
    case .int, .f64: 8
    }
  }

  package var isFloat: Bool { rawValue >= DType.f16.rawValue }
  /// Whole numbers that count: not bool.
  package var isInteger: Bool { self == .int || self == .u8 || self == .i8 }

  /// The name in the language, such as `"f32"`.
  package var description: String {
    switch self {
    case .bool: "bool"
    case .u8: "u8"
    case .i8: "i8"
    case .int: "int"
    case .f16: "f16"
    case .f32: "f32"
    case .f64: "f64"
    }
  }

  /// The type called `name`; `float` and `f32` are the same.
  package init?(named name: String) {
    guard let found = name == "float" ? .f32 : DType.allCases.first(where: { $0.description == name }) else {
      return nil
    }
    self = found
  }

  package var kernelType: nns_type { nns_type(UInt32(rawValue)) }
}

/// A Swift type that a tensor's buffer can be read as; `UInt8` serves `bool` as well.
package protocol Element: BitwiseCopyable, Sendable {
  static var dtype: DType { get }
}

extension UInt8: Element { package static var dtype: DType { .u8 } }
extension Int8: Element { package static var dtype: DType { .i8 } }
extension Int: Element { package static var dtype: DType { .int } }
extension Float: Element { package static var dtype: DType { .f32 } }
extension Double: Element { package static var dtype: DType { .f64 } }
extension Bool: Element { package static var dtype: DType { .bool } }
