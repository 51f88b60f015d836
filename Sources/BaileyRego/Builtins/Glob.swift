/// A compiled glob pattern.
package struct Glob: Sendable {}
