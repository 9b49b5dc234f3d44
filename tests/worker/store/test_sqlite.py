from worker import Queue


def test_others_cannot_read_the_jobs_of_an_embedded_queue(tmp_path):
    Queue(f"sqlite:///{tmp_path}/queue.db").setup()
    for file in tmp_path.iterdir():
        assert file.stat().st_mode & 0o007 == 0
