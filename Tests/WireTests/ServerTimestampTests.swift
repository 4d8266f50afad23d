import Testing

@testable import Wire

@Suite struct ServerTimestampTests {
  typealias Fields = Timestamp.Fields

  static let moments: [(Int64, Fields)] = [
    (0, Fields(year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0, nanosecond: 0)),
    (-1, Fields(year: 1969, month: 12, day: 31, hour: 23, minute: 59, second: 59, nanosecond: 999_999_999)),
    (
      951_782_400_000_000_000,
      Fields(year: 2000, month: 2, day: 29, hour: 0, minute: 0, second: 0, nanosecond: 0)
    ),
    (
      1_709_251_199_123_456_789,
      Fields(year: 2024, month: 2, day: 29, hour: 23, minute: 59, second: 59, nanosecond: 123_456_789)
    ),
    (
      1_767_225_600_000_000_000,
      Fields(year: 2026, month: 1, day: 1, hour: 0, minute: 0, second: 0, nanosecond: 0)
    ),
    (
      4_107_542_400_000_000_000,
      Fields(year: 2100, month: 3, day: 1, hour: 0, minute: 0, second: 0, nanosecond: 0)
    ),
    (
      4_107_542_399_999_999_999,
      Fields(year: 2100, month: 2, day: 28, hour: 23, minute: 59, second: 59, nanosecond: 999_999_999)
    ),
    (
      -2_203_891_200_000_000_000,
      Fields(year: 1900, month: 3, day: 1, hour: 0, minute: 0, second: 0, nanosecond: 0)
    ),
    (
      .max,
      Fields(year: 2262, month: 4, day: 11, hour: 23, minute: 47, second: 16, nanosecond: 854_775_807)
    ),
    (
      .min,
      Fields(year: 1677, month: 9, day: 21, hour: 0, minute: 12, second: 43, nanosecond: 145_224_192)
    ),
  ]

  @Test("A moment's date is right in leap years, at a century, before 1970 and at the ends", arguments: moments)
  func fields(nanoseconds: Int64, fields: Fields) {
    #expect(Timestamp(nanoseconds: nanoseconds).fields() == fields)
  }

  @Test("An offset shifts the date")
  func offset() {
    let fields = Timestamp(nanoseconds: 1_709_251_199_000_000_000).fields(offset: 3600)
    #expect(fields.month == 3 && fields.day == 1 && fields.hour == 0 && fields.minute == 59)
    #expect(Timestamp(nanoseconds: 0).fields(offset: -1).year == 1969)
  }

  @Test("Each day follows the one before it, with the calendar's month lengths, for four centuries")
  func everyDay() {
    var year = 1800
    var month = 1
    var day = 1
    // 1800-01-01 is 62 091 days before 1970; beyond 2262 nanoseconds do not reach.
    for index in 0..<168_000 {
      let moment = Timestamp(nanoseconds: Int64(index - 62_091) * 86_400_000_000_000)
      let fields = moment.fields()
      guard fields.year == year, fields.month == month, fields.day == day, fields.hour == 0 else {
        Issue.record("day \(index): \(fields) is not \(year)-\(month)-\(day)")
        return
      }
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      let length = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
      day += 1
      if day > length { (month, day) = (month + 1, 1) }
      if month > 12 { (year, month) = (year + 1, 1) }
    }
  }
}
