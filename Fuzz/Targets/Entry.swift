/// What libFuzzer calls with each input; the program's name says which target is meant, for all of them are one program.
@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  FuzzTarget.current.run(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}
