"""Districts of two published reports, with records that add up to what the reports say: `linli demo jinping`."""
