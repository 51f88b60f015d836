import BaileyLogTools
import Glibc

exit(await LogToolsMain.run(Array(CommandLine.arguments.dropFirst())))
