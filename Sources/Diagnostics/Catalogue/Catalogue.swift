/// What `:explain` tells about one error id.
package struct ErrorPage: Sendable {
  /// As in `[matmul-shape]`.
  package let id: String
  /// What happened, as a line.
  package let title: String
  /// What it means and why the rule is there.
  package let text: String
  /// A program that fails with this id, and writes no file; nil where none can do so by itself.
  package let wrong: String?
  /// The program put right; nil where nothing short would.
  package let mended: String?

  init(_ id: String, _ title: String, _ text: String, wrong: String? = nil, mended: String? = nil) {
    self.id = id
    self.title = title
    self.text = text
    self.wrong = wrong
    self.mended = mended
  }
}

/// All error ids: a test compares them with those that the sources throw, and runs every program here.
package enum Catalogue {
  package struct Family: Sendable {
    package let title: String
    package let pages: [ErrorPage]

    init(_ title: String, _ pages: [ErrorPage]) {
      self.title = title
      self.pages = pages
    }
  }

  package static let families = [language, calls, values, shapes, learning, tables, files, judging]

  package static let pages = families.flatMap(\.pages)

  package static func page(_ id: String) -> ErrorPage? { pages.first { $0.id == id } }
}
