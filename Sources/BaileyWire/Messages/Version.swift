/// The version of all programs of this build; command line and controller compare it.
package let baileyVersion = "0.1.0"
