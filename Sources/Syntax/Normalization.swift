@_spi(_Unicode) import Swift

extension String {
  /// The text in Unicode normal form C, in which names are kept.
  var normalized: String {
    var scalars = String.UnicodeScalarView()
    for scalar in _nfc { scalars.append(scalar) }
    return String(scalars)
  }
}
