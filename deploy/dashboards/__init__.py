"""What do operators and analysts see in Grafana? The one source of its dashboards: `python -m deploy.dashboards`."""
