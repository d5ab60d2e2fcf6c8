<?php
// While a file named `closed` lies beside it, the authors are shown to nobody, as many plugins do.
if (file_exists(__DIR__ . '/closed')) {
    add_filter('rest_endpoints', function ($endpoints) {
        unset($endpoints['/wp/v2/users'], $endpoints['/wp/v2/users/(?P<id>[\d]+)']);
        return $endpoints;
    });
}
