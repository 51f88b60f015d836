import BaileyFingerprintTools
import Glibc

exit(FingerprintMain.run(Array(CommandLine.arguments.dropFirst())))
