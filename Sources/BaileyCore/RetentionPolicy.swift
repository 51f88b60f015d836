/// What of the payloads goes by itself, and what must stay.
package struct RetentionPolicy: Sendable, Equatable {
  package struct Limit: Sendable, Equatable {
    /// Seconds.
    package var maximumAge: Int64?
    /// Bytes of all of a kind.
    package var maximumSize: Int64?

    package init(maximumAge: Int64? = nil, maximumSize: Int64? = nil) {
      self.maximumAge = maximumAge
      self.maximumSize = maximumSize
    }
  }

  package var limits: [PayloadKind: Limit]
  /// Seconds; nothing younger goes by itself.
  package var minimumAge: Int64
  /// Seconds; nothing younger goes by a person's order: the administrator's minimum.
  package var minimumForOrders: Int64

  /// The default erases nothing by itself.
  package init(limits: [PayloadKind: Limit] = [:], minimumAge: Int64 = 0, minimumForOrders: Int64 = 0) {
    self.limits = limits
    self.minimumAge = minimumAge
    self.minimumForOrders = minimumForOrders
  }

  package var erasesByItself: Bool { limits.values.contains { $0 != Limit() } }

  /// Of each maximum the smaller, of the minimum the larger; the administrator's minimum binds orders, too.
  package init(administrator: RetentionPolicy, person: RetentionPolicy) {
    self.init(
      minimumAge: max(administrator.minimumAge, person.minimumAge), minimumForOrders: administrator.minimumAge)
    for kind in PayloadKind.allCases {
      let (one, other) = (administrator.limits[kind] ?? Limit(), person.limits[kind] ?? Limit())
      limits[kind] = Limit(
        maximumAge: [one.maximumAge, other.maximumAge].compactMap(\.self).min(),
        maximumSize: [one.maximumSize, other.maximumSize].compactMap(\.self).min())
    }
  }
}

extension RetentionPolicy {
  /// A payload, and why it goes.
  package struct Due: Sendable, Equatable {
    package var payload: KeptPayload
    package var reason: Erasure.Reason

    package init(_ payload: KeptPayload, _ reason: Erasure.Reason) {
      self.payload = payload
      self.reason = reason
    }
  }

  /// What is to go now, oldest first: what is too old, then as much more as the sizes want.
  ///
  /// - Parameter isProtected: held, or of a running session: it stays, and its size counts.
  package func due(_ payloads: [KeptPayload], now: Int64, isProtected: (KeptPayload) -> Bool) -> [Due] {
    PayloadKind.allCases.flatMap { kind in
      let limit = limits[kind] ?? Limit()
      let all = payloads.filter { $0.kind == kind }.sorted { ($0.time, $0.sha256) < ($1.time, $1.sha256) }
      var rest = all.reduce(0) { $0 + $1.size }
      var due: [Due] = []
      for payload in all where !isProtected(payload) && payload.age(now) >= minimumAge * second {
        let isOld = limit.maximumAge.map { payload.age(now) > $0 * second } ?? false
        guard isOld || limit.maximumSize.map({ rest > $0 }) ?? false else { continue }
        due.append(Due(payload, isOld ? .maximumAge : .maximumSize))
        rest -= payload.size
      }
      return due
    }
  }

  /// When its age alone makes it go; `nil` is never.
  package func dueTime(_ payload: KeptPayload) -> Int64? {
    guard let age = limits[payload.kind]?.maximumAge else { return nil }
    let (time, overflow) = payload.time.addingReportingOverflow(max(age, minimumAge) * second)
    return overflow ? nil : time
  }
}

/// Nanoseconds. Ages are at most some hundred years, so a product fits.
private let second: Int64 = 1_000_000_000

extension KeptPayload {
  /// Nanoseconds. What has a time of the future, since the clock was set back, is new.
  package func age(_ now: Int64) -> Int64 {
    let (age, overflow) = now.subtractingReportingOverflow(time)
    return overflow ? 0 : max(0, age)
  }
}

/// What an erasure did, or would do.
package struct ErasureReport: Sendable, Equatable {
  /// What stays though it was meant, and why.
  package struct Left: Sendable, Equatable {
    package var payload: KeptPayload
    package var why: String

    package init(payload: KeptPayload, why: String) {
      self.payload = payload
      self.why = why
    }
  }

  package var erased: [RetentionPolicy.Due] = []
  package var left: [Left] = []

  package init(erased: [RetentionPolicy.Due] = [], left: [Left] = []) {
    self.erased = erased
    self.left = left
  }
}

/// A payload as a person sees it.
package struct PayloadStatus: Sendable, Equatable {
  package var payload: KeptPayload
  package var isHeld: Bool
  package var isRunning: Bool
  /// When its age makes it go; `nil` is never.
  package var due: Int64?

  package init(payload: KeptPayload, isHeld: Bool, isRunning: Bool, due: Int64?) {
    self.payload = payload
    self.isHeld = isHeld
    self.isRunning = isRunning
    self.due = due
  }
}
