extension Catalogue {
  /// Errors about files.
  static let files = Family(
    "Files",
    [
      ErrorPage(
        "file-missing", "There is no such file",
        """
        A path is read from the folder in which you started NNS, and the path of `use` from the folder of the \
        file it stands in. `list_files()` shows what is there, and `exists(path)` asks.
        """,
        wrong: """
          text = read_text("no_such_file.txt")
          """,
        mended: """
          path = "no_such_file.txt"
          text = if exists(path) { read_text(path) } else { "" }
          """),
      ErrorPage(
        "file-format", "A file is not what its name or place promises",
        """
        The file was found and its content makes no sense: it was cut short, it is in another encoding, or it is \
        of another kind. The message says where reading stopped.
        """,
        wrong: """
          t = read_csv("/dev/null")
          """,
        mended: """
          write_text("people.csv", "name,age\\nann,31\\n")
          t = read_csv("people.csv")
          """),
      ErrorPage(
        "file-too-large", "A file is too large to be read at once",
        """
        Files are read as a whole into memory, and there is a limit so that a wrong path does not fill it. A \
        file that unpacks to far more than its own size is held back for the same reason. A file that never \
        ends, such as the one here, is the extreme case.
        """,
        wrong: """
          use "/dev/zero" as endless
          """),
      ErrorPage(
        "file-unreadable", "A file is there and cannot be read",
        """
        Perhaps it is a folder, or it belongs to somebody else. The words behind `why` come from the operating \
        system.
        """,
        wrong: """
          text = read_text("/")
          """,
        mended: """
          names = list_files("/")
          """),
      ErrorPage(
        "file-unwritable", "A file cannot be written",
        """
        The folder does not exist, is not yours to write to, or the disk is full. NNS makes no folders by \
        itself, so that a slip in a path does not leave one behind.
        """,
        wrong: """
          write_text("no_such_folder/notes.txt", "hello")
          """,
        mended: """
          text = "hello"
          if exists("no_such_folder") { write_text("no_such_folder/notes.txt", text) }
          """),
    ])
}
