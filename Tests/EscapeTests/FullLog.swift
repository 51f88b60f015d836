import BaileyTestSupport
import Glibc
import Testing

/// What happens, and does not, when the disk of the log is full.
@Suite("A full log", .serialized)
struct FullLog {
  let walls: Walls
  init() throws { walls = try Walls() }

  /// A mount namespace of its own, with the log on a small disk.
  private func withSmallLog(_ script: String) throws -> Tool.Result {
    let wrapper = ["/usr/bin/unshare", "--mount", "--propagation", "shared"]
    return try walls.outside(
      """
      set -u; umask 077; log=$XDG_STATE_HOME/bailey/log
      mkdir -p "$log" && mount -t tmpfs -o size=1m none "$log" || exit 99
      fill() { head -c 2m /dev/zero > "$log/ballast" 2>/dev/null; [ "$(df --output=avail "$log" | tail -1)" -eq 0 ] && echo FULL; }
      await() { for wait in $(seq 400); do test "$@" && return; sleep 0.05; done; echo "GAVE UP: $*"; }
      \(script)
      "$BAILEY" kill --all --controller > /dev/null 2>&1
      """, in: getuid() == 0 ? wrapper : wrapper + ["--map-current-user", "--keep-caps"])
  }

  @Test(
    "An apply or undo whose intent does not fit leaves the project alone, says why, and goes through once there is room"
  )
  func apply() throws {
    // What is left of the last page takes a few records more.
    let result = try withSmallLog(
      """
      "$BAILEY" run -q -- sh -c 'echo new > README'; fill
      for try in $(seq 20); do
        for verb in "apply --yes" undo; do
          before=$(cat README); said=$("$BAILEY" $verb 2>&1) && continue
          case $said in
            *"[outcome-unrecorded]"*) [ "$(cat README)" != "$before" ] && echo DONE; continue;;
            *"[log-unavailable]"*) [ "$(cat README)" = "$before" ] && echo UNTOUCHED;;
          esac
          echo "$verb: $said"; break 2
        done
      done
      "$BAILEY" doctor | grep '^fail log'
      "$BAILEY" ps 2>&1 | grep -o '^no effect happens: .*log-write-failed'; "$BAILEY" ps --json | grep -q 'log-write-failed' && echo PSJSON
      rm "$log/ballast"; "$BAILEY" $verb > /dev/null && [ "$(cat README)" != "$before" ] && echo CHANGED
      "$BAILEY" doctor | grep '^ok   log'; "$BAILEY" log verify > /dev/null && echo VERIFIED
      """)
    let said = result.output
    for word in [
      "FULL", "UNTOUCHED", "fail log", "no effect happens: ", "PSJSON", "[log-write-failed]", "free space", "CHANGED",
      "ok   log", "VERIFIED",
    ] {
      #expect(said.contains(word), "\(word): \(result)")
    }
    #expect(said.contains("No space left on device") || said.contains("no space"), "\(result)")
  }

  @Test("A session whose start cannot be recorded does not start, and a running one is told so, until there is room")
  func run() throws {
    let result = try withSmallLog(
      """
      "$BAILEY" run -q --workspace direct -- sh -c '
        touch ready; for i in $(seq 400); do [ -e go ] && break; sleep 0.05; done
        for i in $(seq 40); do curl -s http://not-allowed.example/ > answer; grep -q log-unavailable answer && break; done
        touch asked; for i in $(seq 400); do [ -e end ] && break; sleep 0.05; done; echo ENDED' > ../out 2>&1 &
      await -e ready; fill
      # A start whose intent still fits and whose next record does not ends at once; its program may have begun.
      for try in $(seq 40); do
        rm -f ran; said=$("$BAILEY" run -q --workspace direct -- touch ran 2>&1); code=$?
        case $said in *"[log-unavailable]"*) break;; esac
      done
      echo "exit $code: $said"; [ -e ran ] || echo "NOT BEGUN"
      touch go; await -e asked; cat answer
      rm "$log/ballast"; touch end; wait; cat ../out
      "$BAILEY" run -q --workspace direct -- touch ran; [ -e ran ] && echo BEGUN
      "$BAILEY" log verify > /dev/null && echo VERIFIED
      """)
    let words = [
      "FULL", "exit 126", "[log-unavailable]", "NOT BEGUN", "\"log-unavailable\"", "ENDED", "\nBEGUN", "VERIFIED",
    ]
    for word in words { #expect(result.output.contains(word), "\(word): \(result)") }
  }

  @Test("A controller that cannot open its log says so to the one who wanted it, and starts once there is room")
  func start() throws {
    let result = try withSmallLog(
      """
      fill; "$BAILEY" run -q -- echo BEGUN 2>&1; echo "exit $?"; "$BAILEY" doctor | grep '^fail controller'
      rm "$log/ballast"; "$BAILEY" run -q -- echo STARTED
      """)
    let said = result.output
    for word in ["FULL", "exit 125", "[controller-died]", "ENOSPC", "[log-write-failed]", "fail controller", "STARTED"]
    {
      #expect(said.contains(word), "\(word): \(result)")
    }
    #expect(!said.contains("BEGUN"))
  }
}
