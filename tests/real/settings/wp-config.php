<?php
define('DB_NAME', 'site');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:@{socket}');
define('DB_CHARSET', 'utf8mb4');
define('WP_HOME', '@{address}');
define('WP_SITEURL', '@{address}');
define('WP_CONTENT_DIR', __DIR__ . '/wp-content');
// It would ask itself and the world for things to do.
define('DISABLE_WP_CRON', true);
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
$table_prefix = 'wp_';
if (!defined('ABSPATH')) {
    define('ABSPATH', __DIR__ . '/');
}
require_once ABSPATH . 'wp-settings.php';
