import BaileyCore
import Glibc

/// Blocking look-up of the addresses of a name as it stands, in the order of RFC 6724, at most 16.
func lookUp(_ question: String) -> Result<[IPAddress], ResolveError> {
  var hints = unsafe addrinfo()
  unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
  var list: UnsafeMutablePointer<addrinfo>?
  // SAFETY: the list is freed once, after its elements were copied.
  guard unsafe getaddrinfo(question, nil, &hints, &list) == 0 else { return .failure(.noSuchName) }
  defer { unsafe freeaddrinfo(list) }
  var addresses: [IPAddress] = []
  var next = unsafe list
  while let entry = unsafe next, addresses.count < 16 {
    if let address = unsafe address(entry.pointee), !addresses.contains(address) { addresses.append(address) }
    unsafe next = entry.pointee.ai_next
  }
  return addresses.isEmpty ? .failure(.noSuchName) : .success(addresses)
}

/// SAFETY: getaddrinfo gives each address with its length; the bytes are at offset 4 (`sockaddr_in`) or 8 (`sockaddr_in6`).
private func address(_ entry: addrinfo) -> IPAddress? {
  guard let pointer = unsafe entry.ai_addr else { return nil }
  let raw = unsafe UnsafeRawBufferPointer(start: pointer, count: Int(entry.ai_addrlen))
  switch unsafe (entry.ai_family, raw.count) {
  case (AF_INET, 16...): return unsafe IPAddress(bytes: Array(raw[4..<8]))
  case (AF_INET6, 28...): return unsafe IPAddress(bytes: Array(raw[8..<24]))
  default: return nil
  }
}
