/// A sentence in rows.
package enum WrappedText {
  /// Breaks a text at its blanks into rows of at most `columns` columns; a longer word has a row of its own.
  /// At least one row; a text that fits is left as it is.
  package static func rows(of text: String, columns: Int) -> [String] {
    guard Surface.columns(of: text, upTo: columns) > columns else { return [text] }
    var rows = [""]
    for word in text.split(separator: " ") {
      let row = rows[rows.count - 1]
      let longer = row.isEmpty ? String(word) : "\(row) \(word)"
      if row.isEmpty || Surface.columns(of: longer, upTo: columns) <= columns {
        rows[rows.count - 1] = longer
      } else {
        rows.append(String(word))
      }
    }
    return rows
  }
}
