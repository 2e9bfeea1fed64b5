package import Charts
import Diagnostics
import Evaluator
import Tables

/// Charts as programs hold them: values that are shown at top level and saved with `save`.
extension Chart: Foreign, Convertible, Displayable, Saveable {
  package static var typeName: String { "chart" }
  package func display(_ style: DisplayStyle) -> String { text(style) }

  /// Writes the chart: SVG by extension, else text in 80 columns without colours.
  ///
  /// - Throws: `file-format` for another extension than `.svg` and `.txt`.
  package func save(to path: String) throws {
    let name = path.lowercased()
    if name.hasSuffix(".svg") {
      try Files.write(Array(svg.utf8), to: path)
    } else if name.hasSuffix(".txt") {
      try Files.write(Array((text(DisplayStyle()) + "\n").utf8), to: path)
    } else {
      throw Failure("file-format", "a chart is saved as \".svg\" or \".txt\", not as \"\(path)\"", argument: 1)
    }
  }
}
