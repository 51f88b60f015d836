import BaileyScan
import Glibc

exit(ScanMain.run(Array(CommandLine.arguments.dropFirst())))
