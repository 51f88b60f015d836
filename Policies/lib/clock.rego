# METADATA
# title: Time windows
# description: The time of the action in a named time zone, such as `Europe/Berlin`. An unknown zone is an error, and so a denial.
package lib.clock

# METADATA
# description: Minutes since midnight.
minute(zone) := (hour * 60) + minutes if [hour, minutes, _] := time.clock([time.now_ns(), zone])

# METADATA
# description: Day of the week, `Monday` to `Sunday`.
day(zone) := time.weekday([time.now_ns(), zone])

# METADATA
# description: Monday to Friday.
is_weekday(zone) if not day(zone) in {"Saturday", "Sunday"}

# METADATA
# description: >-
#   Whether it is from one time of day until before another, as `09:00` and `17:30`; a window whose end is not after its
#   beginning goes over midnight.
between(zone, from, to) if {
	parsed(from) < parsed(to)
	minute(zone) >= parsed(from)
	minute(zone) < parsed(to)
}

between(zone, from, to) if {
	parsed(from) >= parsed(to)
	minute(zone) >= parsed(from)
}

between(zone, from, to) if {
	parsed(from) >= parsed(to)
	minute(zone) < parsed(to)
}

# METADATA
# description: Monday to Friday between two times of day.
working_hours(zone, from, to) if {
	is_weekday(zone)
	between(zone, from, to)
}

parsed(text) := (to_number(parts[0]) * 60) + to_number(parts[1]) if {
	regex.match(`^([01][0-9]|2[0-3]):[0-5][0-9]$`, text)
	parts := split(text, ":")
}
