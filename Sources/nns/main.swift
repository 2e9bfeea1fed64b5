import ArgumentParser
import Glibc

CommandLineTool.main()
