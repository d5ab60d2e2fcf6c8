-- Labels are mine, about-me and mock since then: what was stored before is assessed anew.
UPDATE items SET label = NULL, assessment = NULL;
