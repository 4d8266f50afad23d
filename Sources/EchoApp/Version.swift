/// The version that both programs tell.
enum Version {
  static let text = "0.1.0"
}
