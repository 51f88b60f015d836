import BaileyCommands
import Glibc

exit(BaileyMain.run(Array(CommandLine.arguments.dropFirst())))
