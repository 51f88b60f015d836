/// Texts that stand in the files of any source: notices of licences, and what tools write at the top of what they make.
///
/// Hashes need the key of a site, so these are hashed when a source is added.
package enum Boilerplate {
  /// Of the shipped texts and of others that a machine has, such as `/usr/share/common-licenses`.
  package static func hashes(_ others: [[UInt8]], key: SipHash) -> Set<UInt64> {
    (texts.map { Array($0.utf8) } + others).reduce(into: []) { $0.formUnion(Winnower.everyHash(of: $1, key: key)) }
  }

  static let texts = [mit, bsd, isc, historical, apache, gpl, lgpl, mpl, unlicense, generated]

  private static let mit = """
    Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), \
    to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, \
    and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions: \
    The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software. \
    THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, \
    FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER \
    LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER \
    DEALINGS IN THE SOFTWARE.
    """

  private static let bsd = """
    All rights reserved. Redistribution and use in source and binary forms, with or without modification, are permitted provided that the following \
    conditions are met: 1. Redistributions of source code must retain the above copyright notice, this list of conditions and the following disclaimer. \
    2. Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following disclaimer in the \
    documentation and/or other materials provided with the distribution. 3. Neither the name of the copyright holder nor the names of its contributors \
    may be used to endorse or promote products derived from this software without specific prior written permission. \
    THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, \
    THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR \
    CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, \
    PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF \
    LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS SOFTWARE, \
    EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
    """

  private static let isc = """
    Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, provided that the above \
    copyright notice and this permission notice appear in all copies. THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH \
    REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, \
    DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF \
    CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.
    """

  private static let historical = """
    Permission to use, copy, modify, and distribute this software and its documentation for any purpose and without fee is hereby granted, provided \
    that the above copyright notice appear in all copies and that both that copyright notice and this permission notice appear in supporting \
    documentation, and that the name of the author not be used in advertising or publicity pertaining to distribution of the software without specific, \
    written prior permission. THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE, INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND \
    FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, INDIRECT OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF \
    USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR \
    PERFORMANCE OF THIS SOFTWARE.
    """

  private static let apache = """
    Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance with the License. You may obtain a \
    copy of the License at http://www.apache.org/licenses/LICENSE-2.0 Unless required by applicable law or agreed to in writing, software distributed \
    under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the License for \
    the specific language governing permissions and limitations under the License.
    """

  private static let gpl = """
    This program is free software; you can redistribute it and/or modify it under the terms of the GNU General Public License as published by the Free \
    Software Foundation; either version 2 of the License, or (at your option) any later version. This program is distributed in the hope that it will \
    be useful, but WITHOUT ANY WARRANTY; without even the implied warranty of MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE. See the GNU General \
    Public License for more details. You should have received a copy of the GNU General Public License along with this program. If not, see \
    <https://www.gnu.org/licenses/>.
    """

  private static let lgpl = """
    This library is free software; you can redistribute it and/or modify it under the terms of the GNU Lesser General Public License as published by \
    the Free Software Foundation; either version 2.1 of the License, or (at your option) any later version. This library is distributed in the hope \
    that it will be useful, but WITHOUT ANY WARRANTY; without even the implied warranty of MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE. See the \
    GNU Lesser General Public License for more details. You should have received a copy of the GNU Lesser General Public License along with this \
    library; if not, write to the Free Software Foundation, Inc., 51 Franklin Street, Fifth Floor, Boston, MA 02110-1301 USA
    """

  private static let mpl = """
    This Source Code Form is subject to the terms of the Mozilla Public License, v. 2.0. If a copy of the MPL was not distributed with this file, You \
    can obtain one at http://mozilla.org/MPL/2.0/.
    """

  private static let unlicense = """
    This is free and unencumbered software released into the public domain. Anyone is free to copy, modify, publish, use, compile, sell, or distribute \
    this software, either in source code form or as a compiled binary, for any purpose, commercial or non-commercial, and by any means.
    """

  private static let generated = """
    Code generated by protoc-gen-go. DO NOT EDIT. This file was automatically generated. Do not edit it by hand, changes will be lost. \
    This file is automatically generated by autoconf. Generated by the protocol buffer compiler. DO NOT EDIT!
    """
}
