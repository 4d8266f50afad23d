import Screen
import TestKit
import Testing

@Suite("List viewport")
struct ListViewportTests {
  @Test("follows the end until it is left, then holds still and counts")
  func holdsStill() {
    var list = ListViewport(first: 1, count: 20, rows: 5)
    #expect(list.visible == 16..<21)
    list.append(2)
    #expect(list.visible == 18..<23)
    list.move(by: -1)
    #expect(list.visible == 17..<22 && !list.isFollowing && list.newCount == 0)
    list.append(7)
    #expect(list.visible == 17..<22 && list.newCount == 7 && list.firstNew == 23)
    list.pageDown()
    #expect(list.visible == 21..<26 && list.newCount == 7)
    list.pageDown()
    #expect(list.visible == 25..<30 && list.isFollowing && list.newCount == 0 && list.firstNew == nil)
  }

  @Test("what is dropped above a reader does not move the window; what is dropped in it does, no further than needed")
  func drops() {
    var list = ListViewport(first: 0, count: 20, rows: 4)
    list.pageUp()
    list.pageUp()
    #expect(list.visible == 10..<14)
    list.drop(8)
    #expect(list.visible == 10..<14)
    list.drop(4)
    #expect(list.visible == 12..<16 && list.first == 12)
    list.drop(100)
    #expect(list.count == 0 && list.visible.isEmpty && list.isFollowing)
    list.append(2)
    #expect(list.visible == 20..<22)
  }

  @Test("the selection moves in the window, takes it along, and follows again at the end")
  func selection() {
    var list = ListViewport(first: 1, count: 10, rows: 3)
    list.select(by: -1)
    #expect(list.selection == 10 && list.isFollowing)
    list.append(1)
    #expect(list.selection == 11)
    list.move(by: -1)
    #expect(list.selection == 10 && list.visible == 9..<12 && !list.isFollowing)
    list.append(5)
    #expect(list.selection == 10 && list.visible == 9..<12 && list.newCount == 5)
    list.pageUp()
    list.move(by: -1)
    #expect(list.selection == 7 && list.visible == 7..<10)
    list.top()
    #expect(list.selection == 1 && list.visible == 1..<4)
    list.bottom()
    #expect(list.selection == 16 && list.isFollowing && list.visible == 14..<17)
    list.scroll(by: -2)
    #expect(list.selection == 14 && list.visible == 12..<15)
    list.deselect()
    #expect(list.visible == 12..<15)
  }

  @Test("a smaller window keeps the selection, a larger one fills up")
  func resize() {
    var list = ListViewport(first: 0, count: 10, rows: 6)
    list.select(by: 0)
    list.select(8)
    #expect(list.visible == 4..<10)
    list.resize(rows: 2)
    #expect(list.visible.contains(8))
    list.resize(rows: 0)
    #expect(list.visible.isEmpty)
    list.resize(rows: 40)
    #expect(list.visible == 0..<10)
    list.append(1)
    #expect(list.visible == 0..<11)
  }

  @Test("items found before the first fill a window that has room, and move nothing in one that is full")
  func prepends() {
    var list = ListViewport(first: 100, count: 2, rows: 4)
    list.prepend(1)
    #expect(list.first == 99 && list.visible == 99..<102 && list.isFollowing)
    list.prepend(10)
    #expect(list.first == 89 && list.count == 13 && list.visible == 98..<102)
    list.pageUp()
    list.append(5)
    let held = list
    list.prepend(20)
    #expect(list.visible == held.visible && list.newCount == 5 && list.firstNew == held.firstNew)
    list.top()
    #expect(list.visible == 69..<73)
    list.prepend(3)
    #expect(list.visible == 69..<73)
    list.prepend(1000)
    #expect(list.first == 0 && list.visible == 69..<73)
  }

  @Test("a short held list is filled from above")
  func fills() {
    var list = ListViewport(first: 50, count: 2, rows: 4)
    list.select(50)
    list.append(0)
    #expect(list.selection == 50 && !list.isFollowing)
    list.prepend(10)
    #expect(list.selection == 50 && list.visible == 48..<52 && !list.isFollowing)
  }

  @Test("a selection is there again as soon as there is something to select")
  func selectsAgain() {
    var list = ListViewport(first: 0, count: 3, rows: 4)
    list.select(by: 0)
    list.replace(first: 1000, count: 0)
    #expect(list.selection == nil)
    list.prepend(2)
    #expect(list.selection == 999)
    list.drop(2)
    #expect(list.selection == nil)
    list.append(2)
    #expect(list.selection == 1001)
    list.deselect()
    list.replace(first: 0, count: 5)
    #expect(list.selection == nil)
    list.replace(first: 0, count: 0)
    list.select(by: 1)
    list.append(1)
    #expect(list.selection == 0)
  }

  @Test("a jump stays by its item, also by the newest, and shows it in the middle when it was out of sight")
  func jumps() {
    var list = ListViewport(first: 0, count: 100, rows: 10)
    list.jump(to: 40)
    #expect(list.selection == 40 && list.visible == 35..<45 && !list.isFollowing)
    list.jump(to: 37)
    #expect(list.selection == 37 && list.visible == 35..<45)
    list.jump(to: 2)
    #expect(list.selection == 2 && list.visible == 0..<10)
    list.jump(to: 1000)
    #expect(list.selection == 99 && list.visible == 90..<100)
    list.append(5)
    #expect(list.selection == 99 && list.visible == 90..<100 && list.newCount == 5)
  }

  @Test("follow switches off and on")
  func toggles() {
    var list = ListViewport(first: 0, count: 10, rows: 4)
    list.toggleFollow()
    list.append(3)
    #expect(list.visible == 6..<10 && list.newCount == 3)
    list.toggleFollow()
    #expect(list.visible == 9..<13)
  }

  @Test(
    "whatever happens, the window is full, inside the list, and still under a reader",
    arguments: 0..<20 as Range<UInt64>
  )
  func anything(seed: UInt64) {
    var random = TestRandom(seed: seed)
    var list = ListViewport(
      first: UInt64.random(in: 0...5, using: &random) + (seed % 2) << 40,
      rows: Int.random(in: 0...6, using: &random)
    )
    for _ in 0..<2000 {
      let before = list
      let amount = Int.random(in: 0...9, using: &random)
      switch Int.random(in: 0..<16, using: &random) {
      case 0, 1, 2:
        list.append(amount)
        if !before.isFollowing, before.visible.count == before.rows { #expect(list.visible == before.visible) }
        if !before.isFollowing { #expect(list.selection == before.selection) }
      case 3:
        list.drop(amount)
        if !before.isFollowing, list.count > 0 {
          #expect(
            list.visible.lowerBound == max(before.visible.lowerBound, list.first) || list.end - list.first <= list.rows
              || list.visible.upperBound == list.end
          )
        }
      case 4: list.resize(rows: amount)
      case 5: list.move(by: -1)
      case 6: list.move(by: 1)
      case 7: list.pageUp()
      case 8: list.pageDown()
      case 9: list.top()
      case 10: list.bottom()
      case 11: list.select(by: amount - 4)
      case 12: list.scroll(by: [.min, .max, -3, 3].randomElement(using: &random)!)
      case 13:
        list.prepend(amount)
        if before.visible.count == before.rows { #expect(list.visible == before.visible) }
        if before.count > 0 { #expect(list.selection == before.selection && list.newCount == before.newCount) }
      case 14: list.jump(to: list.first + UInt64(amount))
      default: Bool.random(using: &random) ? list.deselect() : list.toggleFollow()
      }
      let visible = list.visible
      #expect(visible.lowerBound >= list.first && visible.upperBound <= list.end)
      #expect(visible.count == min(list.rows, list.count))
      if list.isFollowing { #expect(visible.upperBound == list.end && list.newCount == 0) }
      if let selection = list.selection {
        #expect(list.index(of: selection) != nil)
        if list.rows > 0 { #expect(visible.contains(selection)) }
        if list.isFollowing { #expect(selection == list.end - 1) }
      }
      #expect(list.newCount >= 0 && list.newCount <= list.count)
    }
  }
}
