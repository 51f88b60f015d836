import BaileyPolicyTools
import Glibc

exit(PolicyMain.run(Array(CommandLine.arguments.dropFirst())))
