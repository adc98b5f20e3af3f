"""Line icons on a 24-unit grid, drawn for Linli: a handful, each for one meaning."""

from __future__ import annotations

ICONS: dict[str, str] = {
    "search": '<circle cx="11" cy="11" r="6.5"/><path d="m16 16 4.5 4.5"/>',
    "home": '<path d="M4 11 12 4.5 20 11"/><path d="M6 9.8V19.5h12V9.8"/><path d="M10 19.5v-5h4v5"/>',
    "person": '<circle cx="12" cy="8.2" r="3.7"/><path d="M4.8 20c.6-3.9 3.5-6 7.2-6s6.6 2.1 7.2 6"/>',
    "people": '<circle cx="9" cy="8.5" r="3.2"/><path d="M3 19c.4-3.4 2.8-5.2 6-5.2s5.6 1.8 6 5.2"/>'
    '<path d="M15.5 5.6a3.2 3.2 0 0 1 0 5.8M17.5 14.2c2 .7 3.2 2.3 3.5 4.8"/>',
    "bell": '<path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15z"/><path d="M10 20.5h4"/>',
    "list": '<path d="M9 6.5h11M9 12h11M9 17.5h11"/><path d="M4.5 6.5h.01M4.5 12h.01M4.5 17.5h.01"/>',
    "tasks": '<rect x="4.5" y="4.5" width="15" height="15" rx="2.5"/><path d="m8.5 12.2 2.5 2.5 4.5-5"/>',
    "more": '<path d="M5 7h14M5 12h14M5 17h14"/>',
    "down": '<path d="m7 10 5 5 5-5"/>',
    "next": '<path d="m10 7 5 5-5 5"/>',
    "file": '<path d="M6.5 3.5h7l4 4v13h-11z"/><path d="M13.5 3.5v4h4"/>',
    "camera": '<path d="M4 8h3.5L9 5.5h6L16.5 8H20v11H4z"/><circle cx="12" cy="13.2" r="3.2"/>',
    "pin": '<path d="M12 20.5s6-5.8 6-10.5a6 6 0 0 0-12 0c0 4.7 6 10.5 6 10.5z"/><circle cx="12" cy="10" r="2"/>',
    "alert": '<path d="M12 4 21 19.5H3z"/><path d="M12 10v4.5M12 17h.01"/>',
    "info": '<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5M12 8h.01"/>',
    "done": '<circle cx="12" cy="12" r="8.5"/><path d="m8.3 12.2 2.6 2.6 4.8-5.2"/>',
    "lock": '<rect x="5.5" y="10.5" width="13" height="9.5" rx="2"/><path d="M8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5"/>',
    "print": '<path d="M7.5 9V4h9v5M7.5 16.5H4.5V9h15v7.5h-3"/><path d="M7.5 14h9v6h-9z"/>',
    "inbox": '<path d="M4 13.5 6.5 5h11L20 13.5V19H4z"/><path d="M4 13.5h5l1.2 2.2h3.6l1.2-2.2h5"/>',
    "notice": '<path d="M4.5 10v4h3l8 4.5v-13L7.5 10z"/><path d="M18.5 9.5a3.5 3.5 0 0 1 0 5"/>',
    "empty": '<path d="M6 4.5h12v15H6z"/><path d="M9 9h6M9 12.5h4"/>',
    "phone": '<path d="M7 4h3l1.3 4-2 1.6a11 11 0 0 0 5 5l1.7-2 4 1.4v3c0 1-.8 1.5-1.6 1.4'
    'C11.5 17.8 6.2 12.5 5.5 5.6 5.4 4.7 6 4 7 4z"/>',
    "calendar": '<rect x="4.5" y="5.5" width="15" height="14" rx="2"/><path d="M4.5 10h15M8.5 3.5v4M15.5 3.5v4"/>',
    "external": '<path d="M10 6H5.5v12.5H18V14"/><path d="M13.5 4.5h6v6M19.5 4.5 11 13"/>',
}
