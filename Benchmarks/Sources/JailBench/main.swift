import BaileyCore
import BaileyLinux
import BaileySandbox
import Glibc

// jail-bench launch BIN ROUNDS: `/bin/true` in bailey-jail alone and in bwrap, in turn, with the same mounts and the same system call filter.
// jail-bench kill BIN ROUNDS: the end of 500 processes. BIN is the directory of the release build.
//
// "Alone" is without the controller: the plan is made before, and no call is notified. bailey-jail does more than bwrap here, with the same
// clock running: routes, redirection rules, six listeners, Landlock and a second user and mount namespace.

let words = CommandLine.arguments
guard words.count == 4, let rounds = Int(words[3]), rounds > 0, ["launch", "kill"].contains(words[1]) else {
  print("usage: jail-bench launch|kill BIN ROUNDS")
  exit(2)
}
do {
  let jail = words[2] + "/bailey-jail"
  if words[1] == "launch" {
    try Bench(jail: jail).run(rounds)
  } else {
    try KillBench(bailey: words[2] + "/bailey").run(rounds)
  }
} catch {
  print(error)
  exit(1)
}
