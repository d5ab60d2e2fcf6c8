<?php
// Fills an empty site: `php install.php HOST PEOPLE`, where PEOPLE is a JSON file of
// [ { login, name, description, posts } ]. Only who has published is shown to strangers.
[, $host, $file] = $argv;
$_SERVER['HTTP_HOST'] = $host;
define('WP_INSTALLING', true);
require __DIR__ . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';

wp_install('Cedar Valley', 'operator', 'it@cedarvalley.example', true, '', wp_generate_password());
foreach (json_decode(file_get_contents($file), true) as $person) {
    $author = wp_insert_user([
        'user_login' => $person['login'],
        'user_pass' => wp_generate_password(),
        'user_email' => $person['login'] . '@cedarvalley.example',
        'display_name' => $person['name'],
        'description' => $person['description'],
        'role' => 'author',
    ]);
    for ($post = 0; $post < $person['posts']; $post++) {
        wp_insert_post([
            'post_title' => 'News of the week',
            'post_content' => 'We planted beans.',
            'post_status' => 'publish',
            'post_author' => $author,
        ]);
    }
}
